/**
 * People: persons, their e-mails and passwords, and their sign-ins.
 * A person exists once his e-mail is confirmed; before that there is only somebody's wish to sign up.
 * A sign-in is one browser of a person, known by a cookie; ending it stops it at once, live connections included.
 * What a person says of himself (name, firm, INN) is shown to the other side of his calls as a card; `verified` is an operator's word.
 * A browser of his has a key that signs minutes and comments in his name; revoked in the profile it signs nothing new in it.
 * Guests are not persons: they belong to calls. Money and organisations know persons by their id only.
 */
import type { ConsultantCard } from "@minuta/contracts/calls";
import type { DeviceId, PersonId } from "@minuta/contracts/ids";
import type { Person } from "@minuta/contracts/people";
import type { Bus } from "#platform/bus";
import type { Db, Reader } from "#platform/db";
import type { Caller } from "#platform/http";
import type { Mail } from "#platform/mail";
import { changeProfile } from "./change-profile.ts";
import { enrolDevice, revokeDevice } from "./devices.ts";
import { requestReset, resetPassword } from "./reset-password.ts";
import type { ProfileChanges } from "./rules.ts";
import { endSignIn, resolveCaller, signIn, type Credentials, type SignInOfPerson } from "./sign-in.ts";
import { confirmEmail, signUp, type Confirmation, type SignUp } from "./sign-up.ts";
import * as store from "./store.ts";

export interface PeopleDeps {
  readonly db: Db;
  readonly bus: Pick<Bus, "publish">;
  readonly mail: Pick<Mail, "send">;
  /** The product's address as people see it, without a slash at the end. */
  readonly publicUrl: string;
  /** Whether demo persons may sign in here. */
  readonly demo: boolean;
}

export type People = ReturnType<typeof createPeople>;

export function createPeople(deps: PeopleDeps) {
  const { db } = deps;
  return {
    signUp: (asked: SignUp, caller: Caller) => signUp(deps, asked, caller),
    confirmEmail: (asked: Confirmation, caller: Caller) => confirmEmail(deps, asked, caller),
    signIn: (credentials: Credentials, caller: Caller) => signIn(deps, credentials, caller),
    requestReset: (email: string, caller: Caller) => requestReset(deps, email, caller),
    resetPassword: (asked: { token: string; password: string }, caller: Caller) => resetPassword(deps, asked, caller),
    changeProfile: (personId: PersonId, changes: ProfileChanges) => changeProfile(deps, personId, changes),
    signIns: (personId: PersonId) => db.rows(store.listSignIns, [personId]),
    endSignIn: (one: SignInOfPerson) => db.tx((tx) => endSignIn(deps, tx, one)),
    devices: (personId: PersonId) => db.rows(store.listDevices, [personId]),
    enrolDevice,
    revokeDevice: (one: { personId: PersonId; deviceId: DeviceId }) => revokeDevice(deps, one),
    resolveCaller: (cookieValue: string) => resolveCaller(deps, cookieValue),
    person: (personId: PersonId): Promise<Person | null> => db.maybe(store.findPerson, [personId]),
    findPersonByEmail: (tx: Reader, email: string): Promise<Person | null> => tx.maybe(store.findByEmail, [email.trim().toLowerCase()]),
    /** Unknown ids are left out. */
    async cards(personIds: readonly PersonId[], on: Reader = db): Promise<Map<PersonId, ConsultantCard>> {
      const rows = await on.rows(store.findCards, [[...new Set(personIds)]]);
      return new Map(rows.map(({ id, ...card }) => [id, card]));
    },
  };
}

export { demoPeople, seedDemoPeople, type DemoSignIn } from "./demo.ts";
export { peopleRoutes, type GuestOf } from "./routes.ts";
export { SIGN_IN_COOKIE } from "./sign-in.ts";
