/** HTTP of the journal. */
import type { CallId, Side } from "@minuta/contracts/ids";
import { journalApi } from "@minuta/contracts/journal";
import type { Caller, Routes } from "#platform/http";
import { refuse } from "#platform/refusal";
import { askWorker } from "#platform/worker";
import type { Journal } from "./index.ts";
import type { Printing } from "./print-protocol.ts";

const print: (asked: Printing) => Promise<Uint8Array> = askWorker(new URL("./print-worker.ts", import.meta.url));

/** The caller's side of a call, null when he is no party of it. */
export type PartyOf = (callId: CallId, caller: Caller) => Promise<{ side: Side } | null>;

export function journalRoutes(routes: Routes, journal: Journal, partyOf: PartyOf): void {
  const sideOf = async (callId: CallId, caller: Caller): Promise<Side> => {
    const party = await partyOf(callId, caller);
    if (party === null) throw refuse("not-found", {});
    return party.side;
  };
  routes.bind(journalApi.events, async ({ params }) => ({ events: await journal.events(params.callId) }));
  routes.bind(journalApi.protocolFile, async ({ params }) => {
    const { number, text } = await journal.protocolFile(params.callId);
    return { bytes: Buffer.from(text), contentType: "application/json", fileName: `${number}.json` };
  });
  routes.bind(journalApi.statements, async ({ params }) => ({ statements: await journal.witness.statements(params.callId) }));
  routes.bind(journalApi.countersign, async ({ params, body, caller }) => {
    const isOwn = (await sideOf(params.callId, caller)) === body.by.side;
    return { taken: isOwn && (await journal.witness.countersign(params.callId, body)) !== null };
  });
  routes.bind(journalApi.keys, async () => ({ keys: [...journal.witness.serverKeys] }));
  routes.bind(journalApi.protocol, async ({ params, caller }) => ({
    protocol: await journal.protocol(params.callId, await sideOf(params.callId, caller)),
  }));
  routes.bind(journalApi.protocolPdf, async ({ params, query, caller }) => {
    const protocol = await journal.protocol(params.callId, await sideOf(params.callId, caller));
    const proof = await journal.proof(params.callId);
    return {
      bytes: await print({ protocol, proof, locale: query.locale }),
      contentType: "application/pdf",
      fileName: `${protocol.number}.pdf`,
    };
  });
}
