/** Whether the person takes calls, and how clients see him now. */
import { presenceApi } from "@minuta/contracts/presence";
import { useQuery } from "@tanstack/react-query";
import { reading, useCommand } from "../../api/queries.ts";

const REFETCH_MS = 10_000;

export type SeenAs = "free" | "busy" | "off" | "waiting";

/** `waiting`: switched on, but the server has not seen a page of his yet. */
export function useOwnPresence(enabled = true) {
  const { data } = useQuery({ ...reading(presenceApi.own, {}), refetchInterval: REFETCH_MS, enabled });
  const change = useCommand(presenceApi.change, [presenceApi.own]);
  const seenAs: SeenAs | undefined = data && (data.availability === "off" && data.takingCalls ? "waiting" : data.availability);
  return {
    takingCalls: data?.takingCalls,
    seenAs,
    error: change.error,
    isPending: change.isPending,
    take: (takingCalls: boolean) => change.run({ body: { takingCalls } }),
  };
}
