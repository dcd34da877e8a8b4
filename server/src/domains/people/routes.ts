/** HTTP of people. */
import type { GuestId } from "@minuta/contracts/ids";
import { peopleApi } from "@minuta/contracts/people";
import { personOf, type Cookies, type Routes } from "#platform/http";
import type { People } from "./index.ts";
import { SIGN_IN_COOKIE, SIGN_IN_COOKIE_SECONDS, type SignedIn } from "./sign-in.ts";

/** Guests belong to calls; `me` names the one who looks at the page. */
export type GuestOf = (guestId: GuestId) => Promise<{ id: GuestId; name: string } | null>;

export function peopleRoutes(routes: Routes, people: People, guestOf: GuestOf): void {
  const enter = ({ person, token }: SignedIn, cookies: Cookies) => {
    setCookie(cookies, token);
    return { person };
  };
  routes.bind(peopleApi.signUp, async ({ body, caller }) => {
    await people.signUp(body, caller);
    return {};
  });
  routes.bind(peopleApi.confirmEmail, async ({ body, caller, cookies }) => enter(await people.confirmEmail(body, caller), cookies));
  routes.bind(peopleApi.signIn, async ({ body, caller, cookies }) => enter(await people.signIn(body, caller), cookies));
  routes.bind(peopleApi.signOut, async ({ caller, cookies }) => {
    if (caller.personId !== null && caller.signInId !== null)
      await people.endSignIn({ personId: caller.personId, signInId: caller.signInId });
    cookies.clear(SIGN_IN_COOKIE);
    return {};
  });
  routes.bind(peopleApi.requestReset, async ({ body, caller }) => {
    await people.requestReset(body.email, caller);
    return {};
  });
  routes.bind(peopleApi.resetPassword, async ({ body, caller, cookies }) => enter(await people.resetPassword(body, caller), cookies));
  routes.bind(peopleApi.me, async ({ caller, cookies }) => {
    const person = caller.personId === null ? null : await people.person(caller.personId);
    const token = cookies.get(SIGN_IN_COOKIE);
    if (person !== null && token !== undefined) setCookie(cookies, token);
    return { person, guest: caller.guestId === null ? null : await guestOf(caller.guestId) };
  });
  profileRoutes(routes, people);
}

function profileRoutes(routes: Routes, people: People): void {
  routes.bind(peopleApi.changeProfile, async ({ body, caller }) => ({ person: await people.changeProfile(personOf(caller), body) }));
  routes.bind(peopleApi.signIns, async ({ caller }) => {
    const signIns = await people.signIns(personOf(caller));
    return { signIns: signIns.map((one) => ({ ...one, current: one.id === caller.signInId })) };
  });
  routes.bind(peopleApi.endSignIn, async ({ params, caller, cookies }) => {
    await people.endSignIn({ personId: personOf(caller), signInId: params.signInId });
    if (params.signInId === caller.signInId) cookies.clear(SIGN_IN_COOKIE);
    return {};
  });
  routes.bind(peopleApi.devices, async ({ caller }) => ({ devices: await people.devices(personOf(caller)) }));
  routes.bind(peopleApi.revokeDevice, async ({ params, caller }) => {
    await people.revokeDevice({ personId: personOf(caller), deviceId: params.deviceId });
    return {};
  });
}

/** Set anew at each visit, so that the 90 days roll in the browser too. */
const setCookie = (cookies: Cookies, token: string): void => cookies.set(SIGN_IN_COOKIE, token, { maxAgeSeconds: SIGN_IN_COOKIE_SECONDS });
