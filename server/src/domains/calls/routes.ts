/** HTTP of calls. */
import { callsApi } from "@minuta/contracts/calls";
import type { CallId } from "@minuta/contracts/ids";
import { ringsApi } from "@minuta/contracts/rings";
import { personOf, type Caller, type Cookies, type Routes } from "#platform/http";
import { refuse } from "#platform/refusal";
import { hashOf, newToken } from "#platform/secrets";
import type { Actor } from "./access.ts";
import type { Calls } from "./index.ts";
import { DEVICE_COOKIE_DAYS, GUEST_TOKEN_DAYS, type Whereabouts } from "./rules.ts";

/** `__Host-`: this host only, over TLS (or localhost) only, no subdomain can set it (RFC 6265bis, 4.1.3.2). */
export const GUEST_COOKIE = "__Host-minuta-guest";
/** Marks a browser, says nothing of a person: two ends in one browser are flagged, and a second click on "join" is known by it. */
const DEVICE_COOKIE = "__Host-minuta-device";
const DAY_SECONDS = 24 * 3600;

export function callsRoutes(routes: Routes, calls: Calls): void {
  invitationRoutes(routes, calls);
  guestRoutes(routes, calls);
  ringRoutes(routes, calls);
  callRoutes(routes, calls);
  personRoutes(routes, calls);
}

function invitationRoutes(routes: Routes, calls: Calls): void {
  routes.bind(callsApi.invite, async ({ body, caller, cookies, tx }) => {
    markDevice(cookies);
    return { invitation: await calls.invite(tx, { ...body, consultantId: personOf(caller), from: whereaboutsOf(caller, cookies) }) };
  });
  routes.bind(callsApi.invitations, async ({ caller, cookies }) => {
    markDevice(cookies);
    return { invitations: await calls.invitations(personOf(caller)) };
  });
  routes.bind(callsApi.newCode, async ({ params, caller, tx }) => ({
    invitation: await calls.newCode(tx, { ...params, consultantId: personOf(caller) }),
  }));
  routes.bind(callsApi.withdraw, async ({ params, caller }) => {
    await calls.withdraw({ ...params, consultantId: personOf(caller) });
    return {};
  });
  routes.bind(callsApi.findByCode, async ({ body, caller, cookies }) => {
    markDevice(cookies);
    return { invitation: await calls.findByCode(body.code, { identity: caller, device: deviceOf(cookies) }) };
  });
  routes.bind(callsApi.viewInvitation, async ({ params, caller, cookies }) => {
    markDevice(cookies);
    return { invitation: await calls.viewInvitation(params.token, { identity: caller, device: deviceOf(cookies) }) };
  });
}

function guestRoutes(routes: Routes, calls: Calls): void {
  routes.bind(callsApi.join, async ({ body, caller, cookies }) => {
    const { callId, privateLink, guestToken } = await calls.join({ ...body, identity: caller, from: whereaboutsOf(caller, cookies) });
    if (guestToken !== null) setGuestCookie(cookies, guestToken);
    return { callId, privateLink };
  });
  routes.bind(callsApi.openPrivateLink, async ({ body, cookies }) => {
    const { callId, guestToken } = await calls.openPrivateLink(body.token);
    setGuestCookie(cookies, guestToken);
    return { callId };
  });
  routes.bind(callsApi.claim, async ({ caller, cookies, tx }) => {
    await calls.claim(tx, caller);
    cookies.clear(GUEST_COOKIE);
    return {};
  });
  routes.bind(callsApi.requestGuestEmailCode, async ({ params, body, caller }) => {
    await calls.requestEmailCode(actorIn(params.callId, caller), body.email);
    return {};
  });
  routes.bind(callsApi.confirmGuestEmail, async ({ params, body, caller }) => ({
    client: await calls.confirmEmail(actorIn(params.callId, caller), body.code),
  }));
}

function ringRoutes(routes: Routes, calls: Calls): void {
  routes.bind(ringsApi.ring, async ({ body, caller, cookies, tx }) => {
    markDevice(cookies);
    return { ring: await calls.ring(tx, { ...body, clientId: personOf(caller), from: whereaboutsOf(caller, cookies) }) };
  });
  routes.bind(ringsApi.rings, async ({ caller, cookies }) => {
    markDevice(cookies);
    return calls.rings(personOf(caller));
  });
  routes.bind(ringsApi.ringView, async ({ params, caller }) => {
    const party = await calls.partyOf(params.callId, caller);
    if (party === null) throw refuse("not-found", {});
    return { ring: await calls.viewRing(params.callId, party.side) };
  });
  routes.bind(ringsApi.accept, async ({ params, caller, cookies, tx }) => ({
    ring: await calls.acceptRing(tx, actorIn(params.callId, caller), whereaboutsOf(caller, cookies)),
  }));
  routes.bind(ringsApi.decline, async ({ params, caller, tx }) => ({ ring: await calls.declineRing(tx, actorIn(params.callId, caller)) }));
  routes.bind(ringsApi.cancel, async ({ params, caller, tx }) => ({ ring: await calls.cancelRing(tx, actorIn(params.callId, caller)) }));
  routes.bind(ringsApi.solved, async ({ params, caller, tx }) => ({ call: await calls.saySolved(tx, actorIn(params.callId, caller)) }));
}

function callRoutes(routes: Routes, calls: Calls): void {
  routes.bind(callsApi.view, async ({ params, caller }) => {
    const party = await calls.partyOf(params.callId, caller);
    if (party === null) throw refuse("not-found", {});
    return { call: await calls.view(params.callId, party.side) };
  });
  routes.bind(callsApi.pause, async ({ params, caller, tx }) => ({ call: await calls.pause(tx, actorIn(params.callId, caller)) }));
  routes.bind(callsApi.resume, async ({ params, caller, tx }) => ({ call: await calls.resume(tx, actorIn(params.callId, caller)) }));
  routes.bind(callsApi.end, async ({ params, caller, tx }) => ({ call: await calls.end(tx, actorIn(params.callId, caller)) }));
  routes.bind(callsApi.changeTask, async ({ params, body, caller, tx }) => ({
    call: await calls.changeTask(tx, actorIn(params.callId, caller), body),
  }));
  routes.bind(callsApi.comment, async ({ params, body, caller, tx }) => ({
    call: await calls.comment(tx, actorIn(params.callId, caller), { typed: body.text, signed: body.signed }),
  }));
}

function personRoutes(routes: Routes, calls: Calls): void {
  routes.bind(callsApi.history, async ({ query, caller }) =>
    calls.history({ personId: personOf(caller), side: query.side ?? null, before: query.before ?? null, limit: query.limit }),
  );
  routes.bind(callsApi.clientBook, async ({ caller }) => ({ clients: await calls.clientBook(personOf(caller)) }));
  routes.bind(callsApi.noteOnClient, async ({ params, body, caller }) => {
    await calls.noteOnClient({ consultantId: personOf(caller), guestId: params.guestId, note: body.note });
    return {};
  });
}

const actorIn = (callId: CallId, caller: Caller): Actor => ({ callId, identity: caller });

function setGuestCookie(cookies: Cookies, token: string): void {
  cookies.set(GUEST_COOKIE, token, { maxAgeSeconds: GUEST_TOKEN_DAYS * DAY_SECONDS });
}

function markDevice(cookies: Cookies): void {
  if (cookies.get(DEVICE_COOKIE) === undefined) cookies.set(DEVICE_COOKIE, newToken(), { maxAgeSeconds: DEVICE_COOKIE_DAYS * DAY_SECONDS });
}

const whereaboutsOf = (caller: Caller, cookies: Cookies): Whereabouts => ({ address: caller.address, device: deviceOf(cookies) });

function deviceOf(cookies: Cookies): Buffer | null {
  const device = cookies.get(DEVICE_COOKIE);
  return device === undefined ? null : hashOf(device);
}
