/** The person's invitations, and what an answer just told of one of them, shown before the list is read again. */
import { callsApi, type Invitation } from "@minuta/contracts/calls";
import { queryClient, reading } from "../../api/queries.ts";

export const invitationsRead = reading(callsApi.invitations, {});

export function rememberInvitation(told: Invitation): void {
  queryClient.setQueryData(invitationsRead.queryKey, (known) => {
    const others = known?.invitations.filter((one) => one.id !== told.id) ?? [];
    return { invitations: [told, ...others] };
  });
}
