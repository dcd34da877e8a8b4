/** What the page of a call will ask for, asked while the page itself is still on its way. */
import { callsApi } from "@minuta/contracts/calls";
import { queryClient, reading } from "../../api/queries.ts";

export const viewOf = (callId: string) => reading(callsApi.view, { params: { callId } });

export const readCallAhead = (callId: string): void => void queryClient.prefetchQuery(viewOf(callId));
