/** Signing up: a person comes to be when the link in the mail is followed. */
import type { Locale } from "@minuta/contracts/people";
import { PASSWORD_MIN_LENGTH } from "@minuta/contracts/people";
import { countOrRefuse } from "#platform/attempts";
import type { Caller } from "#platform/http";
import { refuse } from "#platform/refusal";
import { hashOf, newToken } from "#platform/secrets";
import type { PeopleDeps } from "./index.ts";
import { alreadyKnownMail, confirmMail } from "./mails.ts";
import { hashPassword } from "./passwords.ts";
import { isWeakPassword, limits } from "./rules.ts";
import { startSignIn, type SignedIn } from "./sign-in.ts";
import * as store from "./store.ts";

export interface SignUp {
  readonly email: string;
  readonly password: string;
  readonly name: string;
  readonly locale: Locale;
}

/** Mails a link to confirm the address, or, when there is an account with it, a word about that; answers, works and stores alike. */
export async function signUp(deps: PeopleDeps, asked: SignUp, caller: Caller): Promise<void> {
  const { email, password, name, locale } = asked;
  if (isWeakPassword(password, asked)) throw refuse("password-too-weak", { minLength: PASSWORD_MIN_LENGTH });
  await countOrRefuse(deps.db, { ...limits.signUpFromAddress, who: caller.address });
  await countOrRefuse(deps.db, { ...limits.signUp, who: email });
  const passwordHash = await hashPassword(password);
  const token = newToken();
  await deps.db.tx(async (tx) => {
    const known = await tx.maybe(store.findByEmail, [email]);
    await tx.run(store.forgetOldSignUps);
    await tx.run(store.addSignUp, [hashOf(token), email, name, locale, passwordHash]);
    const mail = known === null ? confirmMail(deps.publicUrl, token)[locale] : alreadyKnownMail(deps.publicUrl)[known.locale];
    await deps.mail.send(tx, { to: email, ...mail });
  });
}

/** Makes the person of a confirmed address and signs in this browser. The link works once. */
export async function confirmEmail(deps: PeopleDeps, token: string, caller: Caller): Promise<SignedIn> {
  return deps.db.tx(async (tx) => {
    const asked = await tx.maybe(store.takeSignUp, [hashOf(token)]);
    if (asked === null) throw refuse("token-not-valid", {});
    const person = await tx.maybe(store.addPerson, [asked.email, asked.name, asked.locale, asked.password_hash]);
    if (person === null) throw refuse("token-not-valid", {});
    await tx.run(store.forgetSignUps, [asked.email]);
    return startSignIn(deps, tx, { personId: person.id, caller });
  });
}
