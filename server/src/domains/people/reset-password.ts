/** A forgotten password: a link by mail, single use, an hour; a new password ends every sign-in made with the old one. */
import { PASSWORD_MIN_LENGTH } from "@minuta/contracts/people";
import { countOrRefuse, networkOf } from "#platform/attempts";
import type { Caller } from "#platform/http";
import { refuse } from "#platform/refusal";
import { hashOf, newToken } from "#platform/secrets";
import type { PeopleDeps } from "./index.ts";
import { noAccountMail, passwordChangedMail, resetMail } from "./mails.ts";
import { hashPassword } from "./passwords.ts";
import { isWeakPassword, limits } from "./rules.ts";
import { endAllSignIns, startSignIn, type SignedIn } from "./sign-in.ts";
import * as store from "./store.ts";

/** Mails a link; an address without an account gets a mail that says so, and the answer is the same. */
export async function requestReset(deps: PeopleDeps, email: string, caller: Caller): Promise<void> {
  await countOrRefuse(deps.db, { ...limits.resetFromAddress, who: networkOf(caller.address) });
  await countOrRefuse(deps.db, { ...limits.reset, who: email });
  await deps.db.tx(async (tx) => {
    const person = await tx.maybe(store.findByEmail, [email]);
    if (person === null) return deps.mail.send(tx, { to: email, ...noAccountMail(deps.publicUrl) });
    const token = newToken();
    await tx.run(store.addReset, [hashOf(token), person.id]);
    return deps.mail.send(tx, { to: email, ...resetMail(deps.publicUrl, token)[person.locale] });
  });
}

/** Sets the password, ends all sign-ins and signs in this browser. A weak password is refused and leaves the link as it was. */
export async function resetPassword(
  deps: PeopleDeps,
  { token, password }: { token: string; password: string },
  caller: Caller,
): Promise<SignedIn> {
  const owner = await deps.db.maybe(store.findReset, [hashOf(token), deps.demo]);
  if (owner === null) throw refuse("token-not-valid", {});
  if (isWeakPassword(password, owner)) throw refuse("password-too-weak", { minLength: PASSWORD_MIN_LENGTH });
  const passwordHash = await hashPassword(password);
  return deps.db.tx(async (tx) => {
    const taken = await tx.maybe(store.takeReset, [hashOf(token)]);
    if (taken === null) throw refuse("token-not-valid", {});
    const personId = taken.person_id;
    await tx.run(store.setPassword, [personId, passwordHash]);
    await tx.run(store.forgetResets, [personId]);
    await endAllSignIns(deps, tx, personId);
    await deps.mail.send(tx, { to: owner.email, ...passwordChangedMail(deps.publicUrl)[owner.locale] });
    return startSignIn(deps, tx, { personId, caller });
  });
}
