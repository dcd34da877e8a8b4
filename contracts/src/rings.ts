/** The ring: a client calls a consultant of the catalogue, who accepts, declines or misses it. A ring is a call not yet open. */
import { z } from "zod/mini";
import { callState, callView, consentVersion, consultantCard, taskText } from "./calls.ts";
import { endpoints } from "./endpoint.ts";
import { callId, personId } from "./ids.ts";
import { kopecksSchema } from "./money.ts";
import { configurationCode } from "./taxonomy.ts";
import { instant } from "./time.ts";

/** The release of the client's configuration as he reads it in "About": `3.0.150.22`. */
export const releaseText = z.string().check(z.trim(), z.maxLength(60));

/**
 * Why the server cancelled a ring. `client-gone`: no page of his was open any more. `no-money`: when it was accepted his wallet had not
 * enough for the first minute any more.
 */
export const cancelledBecause = z.enum(["client-gone", "no-money"]);

export const ring = z.object({
  callId,
  state: callState,
  consultant: consultantCard,
  client: z.object({ name: z.string(), organisation: z.nullable(z.string()) }),
  task: z.string(),
  /** A code when it rings; both may put it in other words later. */
  configuration: z.nullable(z.string()),
  release: z.nullable(z.string()),
  /** Frozen when it began to ring. */
  pricePerMinute: kopecksSchema,
  rungAt: instant,
  /** When it becomes missed by itself. */
  expiresAt: instant,
  /** Only the client is told. */
  cancelledBecause: z.nullable(cancelledBecause),
});
export type Ring = z.infer<typeof ring>;

const ofCall = z.object({ callId });

export const ringsApi = endpoints({
  /**
   * Refuses `own-call`, `consultant-not-free`, `price-changed`, `wallet-empty` and `overdraft-in-use` (the first quota must be there), `too-many-attempts`
   * (rings of one client at once). Ringing whom one rings already answers the same ring. `consent`: `RING_CONSENT_VERSION`.
   */
  ring: {
    method: "POST",
    path: "/api/calls/rings",
    access: "person",
    command: true,
    limit: { max: 30, perSeconds: 60 },
    body: z.object({
      consultantId: personId,
      task: z.pipe(taskText, z.string().check(z.minLength(3))),
      configuration: z.nullable(configurationCode),
      release: z.nullable(releaseText),
      /** As the client was shown it; another one now is refused (`price-changed`), so nobody agrees to a price he has not seen. */
      pricePerMinute: kopecksSchema,
      consent: consentVersion,
    }),
    reply: z.object({ ring }),
  },
  /** What rings at the one who asks, and whom he rings himself. */
  rings: {
    method: "GET",
    path: "/api/calls/rings",
    access: "person",
    reply: z.object({ incoming: z.array(ring), outgoing: z.array(ring) }),
  },
  /** How one's ring went, also after it is over. */
  ringView: { method: "GET", path: "/api/calls/rings/:callId", access: "party", params: ofCall, reply: z.object({ ring }) },
  /**
   * The three answers. A second click gets the same reply; whoever comes too late is refused `ring-over` with the state the ring came to.
   * Look at the state of the accepted ring: `open` leads to the call, `cancelled` says that it could not open after all.
   */
  accept: {
    method: "POST",
    path: "/api/calls/rings/:callId/accept",
    access: "party",
    params: ofCall,
    command: true,
    reply: z.object({ ring }),
  },
  decline: {
    method: "POST",
    path: "/api/calls/rings/:callId/decline",
    access: "party",
    params: ofCall,
    command: true,
    reply: z.object({ ring }),
  },
  cancel: {
    method: "POST",
    path: "/api/calls/rings/:callId/cancel",
    access: "party",
    params: ofCall,
    command: true,
    reply: z.object({ ring }),
  },
  /** The client's word after a marketplace call; settles at once. Saying nothing for 72 hours says the same. */
  solved: {
    method: "POST",
    path: "/api/calls/:callId/solved",
    access: "party",
    params: ofCall,
    command: true,
    reply: z.object({ call: callView }),
  },
});
