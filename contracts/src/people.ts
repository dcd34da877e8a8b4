/** Persons: sign-up, sign-in, profile. */
import { z } from "zod/mini";
import { endpoints } from "./endpoint.ts";
import { deviceId, guestId, personId, signInId } from "./ids.ts";
import { publicKey } from "./signing.ts";
import { instant } from "./time.ts";

/** NIST SP 800-63B: length counts, composition rules do not. */
export const PASSWORD_MIN_LENGTH = 10;
const PASSWORD_MAX_LENGTH = 200;

export const email = z.pipe(z.string().check(z.trim(), z.toLowerCase(), z.maxLength(254)), z.email());
export const personName = z.string().check(z.trim(), z.minLength(2), z.maxLength(100));
export const firmName = z.string().check(z.trim(), z.minLength(1), z.maxLength(200));
export const locale = z.enum(["ru", "en"]);
export type Locale = z.infer<typeof locale>;
/** A secret in a link: 32 random bytes, base64url. */
export const linkToken = z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/));
const newPassword = z.string().check(z.maxLength(PASSWORD_MAX_LENGTH));

export const role = z.enum(["operator"]);
export type Role = z.infer<typeof role>;

export const person = z.object({
  id: personId,
  email,
  name: z.string(),
  firm: z.nullable(z.string()),
  inn: z.nullable(z.string()),
  /** Name, firm and INN were checked against papers by an operator. */
  verified: z.boolean(),
  locale,
  roles: z.array(role),
  /** The consultant's own rate offered in new invitations, kopecks a minute; null: none. The platform moves none of that money. */
  ownRateKopecks: z.nullable(z.int().check(z.minimum(0), z.maximum(1_000_000))),
});
export type Person = z.infer<typeof person>;

/** A browser whose key signs minutes and comments in the person's name. */
export const device = z.object({
  id: deviceId,
  publicKey,
  agent: z.string(),
  address: z.string(),
  enrolledAt: instant,
  /** It signs nothing new; what it signed stays signed. */
  revokedAt: z.nullable(instant),
});
export type Device = z.infer<typeof device>;

const nothing = z.object({});

export const peopleApi = endpoints({
  signUp: {
    method: "POST",
    path: "/api/people/sign-up",
    access: "anyone",
    limit: { max: 10, perSeconds: 3600 },
    body: z.object({ email, password: newPassword, name: personName, locale }),
    /** The same answer whether or not the e-mail is known already: nobody learns who has an account. */
    reply: nothing,
  },
  confirmEmail: {
    method: "POST",
    path: "/api/people/confirm",
    access: "anyone",
    limit: { max: 30, perSeconds: 600 },
    /** The password chosen at sign-up: whoever reads the mailbox confirms his own sign-up, never one that a stranger began with his address. */
    body: z.object({ token: linkToken, password: z.string().check(z.maxLength(PASSWORD_MAX_LENGTH)) }),
    reply: z.object({ person }),
  },
  signIn: {
    method: "POST",
    path: "/api/people/sign-in",
    access: "anyone",
    limit: { max: 30, perSeconds: 600 },
    body: z.object({ email, password: z.string().check(z.maxLength(PASSWORD_MAX_LENGTH)) }),
    reply: z.object({ person }),
  },
  signOut: { method: "POST", path: "/api/people/sign-out", access: "anyone", reply: nothing },
  me: {
    method: "GET",
    path: "/api/people/me",
    access: "anyone",
    reply: z.object({ person: z.nullable(person), guest: z.nullable(z.object({ id: guestId, name: z.string() })) }),
  },
  requestReset: {
    method: "POST",
    path: "/api/people/reset-request",
    access: "anyone",
    limit: { max: 10, perSeconds: 3600 },
    body: z.object({ email }),
    reply: nothing,
  },
  resetPassword: {
    method: "POST",
    path: "/api/people/reset",
    access: "anyone",
    limit: { max: 30, perSeconds: 600 },
    body: z.object({ token: linkToken, password: newPassword }),
    reply: z.object({ person }),
  },
  changeProfile: {
    method: "PATCH",
    path: "/api/people/me",
    access: "person",
    body: z.object({
      name: z.optional(personName),
      firm: z.optional(z.nullable(firmName)),
      inn: z.optional(z.nullable(z.string().check(z.trim(), z.maxLength(12)))),
      locale: z.optional(locale),
      ownRateKopecks: z.optional(person.shape.ownRateKopecks),
    }),
    reply: z.object({ person }),
  },
  signIns: {
    method: "GET",
    path: "/api/people/sign-ins",
    access: "person",
    reply: z.object({
      signIns: z.array(
        z.object({ id: signInId, createdAt: instant, lastSeenAt: instant, address: z.string(), agent: z.string(), current: z.boolean() }),
      ),
    }),
  },
  endSignIn: { method: "DELETE", path: "/api/people/sign-ins/:signInId", access: "person", params: z.object({ signInId }), reply: nothing },
  devices: { method: "GET", path: "/api/people/devices", access: "person", reply: z.object({ devices: z.array(device) }) },
  /** A key that was revoked stays so. */
  revokeDevice: {
    method: "DELETE",
    path: "/api/people/devices/:deviceId",
    access: "person",
    params: z.object({ deviceId }),
    reply: nothing,
  },
});
