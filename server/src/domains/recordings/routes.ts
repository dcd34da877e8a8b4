/** HTTP of recordings. */
import { recordingsApi } from "@minuta/contracts/recordings";
import type { CallId } from "@minuta/contracts/ids";
import type { Caller, Routes } from "#platform/http";
import { refuse } from "#platform/refusal";
import type { End, Recordings, RecordingsDeps } from "./index.ts";

export function recordingsRoutes(routes: Routes, recordings: Recordings, partyOf: RecordingsDeps["calls"]["partyOf"]): void {
  const endOf = async ({ callId }: { callId: CallId }, caller: Caller): Promise<End> => {
    const party = await partyOf(callId, caller);
    if (party === null) throw refuse("not-found", {});
    return { callId, side: party.side };
  };
  routes.bind(recordingsApi.view, async ({ params, caller }) => ({ recordings: await recordings.view(await endOf(params, caller)) }));
  routes.bind(recordingsApi.consent, async ({ params, body, caller, tx }) => ({
    recordings: await recordings.decide(tx, await endOf(params, caller), body),
  }));
  routes.bind(recordingsApi.tell, async ({ params, body, caller }) => ({
    recordings: await recordings.tell(await endOf(params, caller), { ...body, takeId: params.takeId }),
  }));
  routes.bind(recordingsApi.head, async ({ params, caller }) => ({ head: await recordings.head(await endOf(params, caller)) }));
  routes.bind(recordingsApi.add, async ({ params, body, caller }) => ({
    segment: await recordings.addSegment(await endOf(params, caller), body),
  }));
  routes.bind(recordingsApi.missing, async ({ params, caller }) =>
    recordings.missing({ ...(await endOf(params, caller)), segmentId: params.segmentId }),
  );
  routes.bind(recordingsApi.part, async ({ params, body, caller }) =>
    recordings.receivePart({ ...(await endOf(params, caller)), segmentId: params.segmentId }, { part: params.part, bytes: body }),
  );
  routes.bind(recordingsApi.kept, async ({ params, caller }) => ({ kept: await recordings.kept(params.callId, caller) }));
  routes.bind(recordingsApi.file, ({ params, query, caller }) => recordings.openFile({ ...params, ...query, opener: caller }));
  routes.bind(recordingsApi.originals, ({ params, caller }) => recordings.openOriginals({ ...params, opener: caller }));
}
