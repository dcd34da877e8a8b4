/** Signing up: a person comes to be when the link in the mail is followed. */
import type { Locale } from "@minuta/contracts/people";
import { PASSWORD_MIN_LENGTH } from "@minuta/contracts/people";
import { countOrRefuse, networkOf } from "#platform/attempts";
import { emit } from "#platform/events";
import type { Caller } from "#platform/http";
import { refuse } from "#platform/refusal";
import { hashOf, newToken } from "#platform/secrets";
import type { PeopleDeps } from "./index.ts";
import { alreadyKnownMail, confirmMail } from "./mails.ts";
import { hashPassword, passwordFits } from "./passwords.ts";
import { isWeakPassword, limits, SIGN_UPS_COMPARED_MAX } from "./rules.ts";
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
  await countOrRefuse(deps.db, { ...limits.signUpFromAddress, who: networkOf(caller.address) });
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

export interface Confirmation {
  readonly token: string;
  readonly password: string;
}

/**
 * Makes the person of a confirmed address and signs in this browser. The link works once. A link proves the mailbox, not who began: of the
 * sign-ups that wait for the address the one whose password was chosen becomes the person, so that a stranger's is worth nothing.
 */
export async function confirmEmail(deps: PeopleDeps, { token, password }: Confirmation, caller: Caller): Promise<SignedIn> {
  const waiting = await deps.db.rows(store.listSignUpsOfLink, [hashOf(token), SIGN_UPS_COMPARED_MAX]);
  const [{ email } = refuseToken()] = waiting;
  await countOrRefuse(deps.db, { ...limits.wrongPassword, who: `${email} confirming` });
  const own = await firstThatFits(waiting, password);
  if (own === null) throw refuse("email-or-password-wrong", {});
  return deps.db.tx(async (tx) => {
    const asked = (await tx.maybe(store.takeSignUp, [own])) ?? refuseToken();
    const person = (await tx.maybe(store.addPerson, [asked.email, asked.name, asked.locale, asked.password_hash])) ?? refuseToken();
    await tx.run(store.forgetSignUps, [asked.email]);
    await emit(tx, [{ topic: "people.signed_up", queue: person.id, body: { personId: person.id, email: asked.email } }]);
    return startSignIn(deps, tx, { personId: person.id, caller });
  });
}

const refuseToken = (): never => {
  throw refuse("token-not-valid", {});
};

async function firstThatFits(waiting: readonly { id: string; password_hash: string }[], password: string): Promise<string | null> {
  for (const { id, password_hash } of waiting) if (await passwordFits(password_hash, password)) return id;
  return null;
}
