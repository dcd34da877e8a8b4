/** Whether the person takes calls, and how clients see him now. */
import { presenceApi } from "@minuta/contracts/presence";
import { useQuery } from "@tanstack/react-query";
import type { Reply } from "../../api/client.ts";
import { reading, useCommand } from "../../api/queries.ts";

const REFETCH_MS = 10_000;
const WAITING_REFETCH_MS = 1_500;

export type SeenAs = "free" | "busy" | "off" | "waiting";

const seenAsOf = (own: Reply<typeof presenceApi.own> | undefined): SeenAs | undefined =>
  own?.availability === "off" && own.takingCalls ? "waiting" : own?.availability;

/** `waiting`: switched on, but the server has not seen a page of his yet. */
export function useOwnPresence(enabled = true) {
  const { data } = useQuery({
    ...reading(presenceApi.own, {}),
    refetchInterval: ({ state }) => (seenAsOf(state.data) === "waiting" ? WAITING_REFETCH_MS : REFETCH_MS),
    enabled,
  });
  const change = useCommand(presenceApi.change, [presenceApi.own]);
  return {
    takingCalls: data?.takingCalls,
    seenAs: seenAsOf(data),
    error: change.error,
    isPending: change.isPending,
    take: (takingCalls: boolean) => change.run({ body: { takingCalls } }),
  };
}
