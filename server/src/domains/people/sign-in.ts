/** Signing in by password, being recognised by the cookie, ending sign-ins. */
import type { PersonId, SignInId } from "@minuta/contracts/ids";
import type { Person, Role } from "@minuta/contracts/people";
import { countOrRefuse, networkOf } from "#platform/attempts";
import type { Tx } from "#platform/db";
import type { Caller } from "#platform/http";
import { refuse } from "#platform/refusal";
import { hashOf, newToken } from "#platform/secrets";
import type { PeopleDeps } from "./index.ts";
import { passwordFits } from "./passwords.ts";
import { AGENT_MAX_LENGTH, limits, SIGN_IN_DAYS } from "./rules.ts";
import * as store from "./store.ts";

/** `__Host-`: browsers take it only with Secure, Path=/ and no Domain, so that no sister site can plant one. */
export const SIGN_IN_COOKIE = "__Host-minuta";
export const SIGN_IN_COOKIE_SECONDS = SIGN_IN_DAYS * 24 * 3600;

/** A fresh sign-in: the token goes into the cookie and is kept nowhere else. */
export interface SignedIn {
  readonly person: Person;
  readonly token: string;
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/**
 * Signs in. Refuses an unknown e-mail and a wrong password alike and after the same work; `email-not-confirmed` only with the right password
 * of a sign-up, whether or not there is an account with that e-mail too. Wrong passwords are counted per account since its last success.
 */
export async function signIn(deps: PeopleDeps, { email, password }: Credentials, caller: Caller): Promise<SignedIn> {
  await countOrRefuse(deps.db, { ...limits.signInFromAddress, who: networkOf(caller.address) });
  const known = await deps.db.one(store.findPasswords, [email, deps.demo]);
  await countOrRefuse(deps.db, { ...limits.wrongPassword, who: `${email} since ${known.counted_since}` });
  const [personFits, signUpFits] = await Promise.all([
    passwordFits(known.person_hash, password),
    passwordFits(known.sign_up_hash, password),
  ]);
  const { person_id: personId } = known;
  if (personId === null || !personFits) throw signUpFits ? refuse("email-not-confirmed", {}) : refuse("email-or-password-wrong", {});
  return deps.db.tx(async (tx) => {
    const unchanged = await tx.run(store.noteSignedIn, [personId, known.person_hash]);
    if (unchanged === 0) throw refuse("email-or-password-wrong", {});
    return startSignIn(deps, tx, { personId, caller });
  });
}

/** Makes the sign-in's row; the one this browser had before ends. The caller has proven to be the person. */
export async function startSignIn(
  deps: PeopleDeps,
  tx: Tx,
  { personId, caller }: { personId: PersonId; caller: Caller },
): Promise<SignedIn> {
  if (caller.personId !== null && caller.signInId !== null)
    await endSignIn(deps, tx, { personId: caller.personId, signInId: caller.signInId });
  await tx.run(store.forgetOldSignIns, [personId]);
  const token = newToken();
  await tx.one(store.addSignIn, [hashOf(token), personId, caller.address, caller.agent.slice(0, AGENT_MAX_LENGTH)]);
  return { person: await tx.one(store.findPerson, [personId]), token };
}

export interface SignInOfPerson {
  readonly personId: PersonId;
  readonly signInId: SignInId;
}

/** Ends one sign-in of the person, at once: its cookie is worth nothing any more, its live connections are told to close. Ended before: nothing happens. */
export async function endSignIn(deps: PeopleDeps, tx: Tx, { personId, signInId }: SignInOfPerson): Promise<void> {
  tellEnded(deps, tx, await tx.rows(store.endOne, [personId, signInId]));
}

export async function endAllSignIns(deps: PeopleDeps, tx: Tx, personId: PersonId): Promise<void> {
  tellEnded(deps, tx, await tx.rows(store.endAll, [personId]));
}

function tellEnded(deps: PeopleDeps, tx: Tx, ended: readonly { id: SignInId }[]): void {
  tx.afterCommit(() => {
    for (const { id } of ended) deps.bus.publish(`sign-in:${id}`, { t: "ended" });
  });
}

export interface ResolvedCaller extends SignInOfPerson {
  readonly roles: readonly Role[];
}

/** Who the cookie's value belongs to; null: nobody, or the sign-in has ended. One read by a unique index, a write at most once a minute. */
export async function resolveCaller(deps: PeopleDeps, cookieValue: string): Promise<ResolvedCaller | null> {
  const found = await deps.db.maybe(store.findSignIn, [hashOf(cookieValue), deps.demo]);
  if (found === null) return null;
  if (found.seen_long_ago) await deps.db.run(store.noteSeen, [found.id]);
  return { personId: found.person_id, roles: found.roles, signInId: found.id };
}
