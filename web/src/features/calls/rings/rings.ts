/** What rings at the person, and whom he rings himself: news come by the live channel, and are read again in case it is shut by a proxy. */
import { ringsApi } from "@minuta/contracts/rings";
import { useQuery } from "@tanstack/react-query";
import { queryClient, reading } from "../../../api/queries.ts";

const REFETCH_MS = 10_000;
const RINGING_REFETCH_MS = 2_000;
const rings = reading(ringsApi.rings, {});
const nothing = { incoming: [], outgoing: [] };

export function useRings() {
  const read = useQuery({
    ...rings,
    refetchInterval: (query) => {
      const { incoming, outgoing } = query.state.data ?? nothing;
      return incoming.length + outgoing.length > 0 ? RINGING_REFETCH_MS : REFETCH_MS;
    },
    // A tab in the background rings too.
    refetchIntervalInBackground: true,
  });
  return read.data ?? nothing;
}

/** The ring is over: it stops here before it is read again. */
export function forgetRing(callId: string): void {
  queryClient.setQueryData(
    rings.queryKey,
    (known) =>
      known && {
        incoming: known.incoming.filter((ring) => ring.callId !== callId),
        outgoing: known.outgoing.filter((ring) => ring.callId !== callId),
      },
  );
}
