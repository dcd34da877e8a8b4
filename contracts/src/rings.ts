/** The ring: a client calls a consultant of the catalogue, who accepts, declines or misses it. A ring is a call not yet open. */
import { z } from "zod";
import { callState, callView, consultantCard, taskText } from "./calls.ts";
import { endpoints } from "./endpoint.ts";
import { callId, personId } from "./ids.ts";
import { kopecksSchema } from "./money.ts";
import { configurationCode } from "./taxonomy.ts";
import { instant } from "./time.ts";

/** The release of the client's configuration as he reads it in "About": `3.0.150.22`. */
export const releaseText = z.string().trim().max(60);

export const ring = z.object({
  callId,
  state: callState,
  consultant: consultantCard,
  client: z.object({ name: z.string(), organisation: z.string().nullable() }),
  task: z.string(),
  configuration: configurationCode.nullable(),
  release: z.string().nullable(),
  /** Frozen when it began to ring. */
  pricePerMinute: kopecksSchema,
  rungAt: instant,
  /** When it becomes missed by itself. */
  expiresAt: instant,
});
export type Ring = z.infer<typeof ring>;

const ofCall = z.object({ callId });

export const ringsApi = endpoints({
  /** Refuses `consultant-not-free`, `wallet-empty` (the first quota must be there), `own-call`. */
  ring: {
    method: "POST", path: "/api/calls/rings", access: "person", command: true,
    body: z.object({ consultantId: personId, task: taskText.pipe(z.string().min(3)), configuration: configurationCode.nullable(), release: releaseText.nullable() }),
    reply: z.object({ ring }),
  },
  /** What rings at the one who asks, and whom he rings himself. */
  rings: { method: "GET", path: "/api/calls/rings", access: "person", reply: z.object({ incoming: z.array(ring), outgoing: z.array(ring) }) },
  /** How one's ring went, also after it is over. */
  ringView: { method: "GET", path: "/api/calls/rings/:callId", access: "party", params: ofCall, reply: z.object({ ring }) },
  accept: { method: "POST", path: "/api/calls/rings/:callId/accept", access: "party", params: ofCall, command: true, reply: z.object({ ring }) },
  decline: { method: "POST", path: "/api/calls/rings/:callId/decline", access: "party", params: ofCall, command: true, reply: z.object({ ring }) },
  cancel: { method: "POST", path: "/api/calls/rings/:callId/cancel", access: "party", params: ofCall, command: true, reply: z.object({ ring }) },
  /** The client's word after a marketplace call; settles at once. Saying nothing for 72 hours says the same. */
  solved: { method: "POST", path: "/api/calls/:callId/solved", access: "party", params: ofCall, command: true, reply: z.object({ call: callView }) },
});
