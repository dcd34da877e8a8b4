/** HTTP of presence. */
import type { PersonId } from "@minuta/contracts/ids";
import { presenceApi } from "@minuta/contracts/presence";
import type { Reader } from "#platform/db";
import { personOf, type Routes } from "#platform/http";
import type { Presence } from "./index.ts";

export function presenceRoutes(routes: Routes, presence: Presence): void {
  const view = async (personId: PersonId, on?: Reader) => ({
    takingCalls: await presence.takingCalls(personId, on),
    availability: (await presence.availability([personId], on)).get(personId) ?? "off",
  });
  routes.bind(presenceApi.own, ({ caller }) => view(personOf(caller)));
  routes.bind(presenceApi.change, async ({ body, caller, tx }) => {
    await presence.setTakingCalls(tx, personOf(caller), body.takingCalls);
    return view(personOf(caller), tx);
  });
}
