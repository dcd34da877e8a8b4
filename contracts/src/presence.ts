/** Who can be called now: a switch of the consultant's own, and a live page of his somewhere. */
import { z } from "zod/mini";
import { availability } from "./catalogue.ts";
import { endpoints } from "./endpoint.ts";

export const presenceApi = endpoints({
  own: { method: "GET", path: "/api/presence", access: "person", reply: z.object({ takingCalls: z.boolean(), availability }) },
  /** Free or off; stays as it is set until changed, but nobody is free without a live page. */
  change: {
    method: "POST",
    path: "/api/presence",
    access: "person",
    command: true,
    body: z.object({ takingCalls: z.boolean() }),
    reply: z.object({ takingCalls: z.boolean(), availability }),
  },
});
