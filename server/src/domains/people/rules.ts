/** The rules of persons: which passwords are refused, what a change of the profile does, limits. Pure. */
import { isInn } from "@minuta/contracts/inn";
import { PASSWORD_MIN_LENGTH, type Person } from "@minuta/contracts/people";

/** A sign-in not used for so long is over (rolling). */
export const SIGN_IN_DAYS = 90;
export const CONFIRM_LINK_HOURS = 24;
export const RESET_LINK_HOURS = 1;
/** `last_seen_at` is written at most so often. */
export const LAST_SEEN_STEP_SECONDS = 60;
export const AGENT_MAX_LENGTH = 300;
/** Of several sign-ups that wait for one address so many are compared with the password typed at the link. */
export const SIGN_UPS_COMPARED_MAX = 10;
/** Keys one person may enrol, revoked ones among them. */
export const DEVICES_MAX = 200;

/** Attempts, on top of the endpoints' own limits. The first of each pair is per account, the second per address. */
export const limits = {
  wrongPassword: { what: "people.wrong_password", max: 10, perSeconds: 15 * 60 },
  signInFromAddress: { what: "people.sign_in_from_address", max: 300, perSeconds: 24 * 3600 },
  signUp: { what: "people.sign_up", max: 5, perSeconds: 3600 },
  signUpFromAddress: { what: "people.sign_up_from_address", max: 50, perSeconds: 24 * 3600 },
  reset: { what: "people.reset", max: 5, perSeconds: 3600 },
  resetFromAddress: { what: "people.reset_from_address", max: 50, perSeconds: 24 * 3600 },
} as const;

/** Words that common long passwords are made of, with digits and signs around them cut off. Typed in either keyboard layout. */
const commonWords = new Set(
  `password passw0rd p@ssword p@ssw0rd passwordpassword mypassword admin administrator adminadmin letmein welcome iloveyou sunshine
  princess football baseball superman trustno michael dragon monkey master shadow killer qwerty qwertyuiop qwertyuiopasdfghjkl
  qwertyqwerty qazwsx qazwsxedc qazwsxedcrfv asdfghjkl zxcvbnm asdfasdf changeme default secret computer internet samsung
  1q2w3e4r5t 1q2w3e4r5t6y 1q2w3e4r 1qaz2wsx 1qaz2wsx3edc q1w2e3r4t5 q1w2e3r4t5y6 a1b2c3d4e5 qwe123qwe qweasdzxc
  minuta minuta-demo demo-minuta consultant buhgalter bukhgalter parol privet natasha marina svetlana rossiya moskva spartak zenit lokomotiv
  пароль мойпароль парольпароль минута привет приветпривет любовь люблютебя солнышко наташа марина светлана анастасия александр
  екатерина россия москва спартак зенит локомотив бухгалтер бухгалтерия консультант администратор админ секрет йцукен йцукенг йцукенгшщз
  йцукенгшщзхъ фывапролдж ячсмитьбю qwertyйцукен ghbdtn ghbdtnghbdtn gfhjkm gfhjkmgfhjkm yfnfif k.,jdm`.split(/\s+/),
);
const keyboardRows = [
  "1234567890",
  "0987654321",
  "0123456789",
  "9876543210",
  "qwertyuiop",
  "asdfghjkl",
  "zxcvbnm",
  "abcdefghijklmnopqrstuvwxyz",
  "йцукенгшщзхъ",
  "фывапролджэ",
  "ячсмитьбю",
  "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
];

/** The same password typed on another system must be the same: Unicode NFC. */
export const normalizedPassword = (typed: string): string => typed.normalize("NFC");

const lettersOf = (text: string): string => text.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, "");

/** Made by repeating something of up to a third of its length ("aaaaaaaaaa", "abcabcabcabc"), or a run along the keyboard or alphabet. */
function isPattern(text: string): boolean {
  if (/^(.+?)\1{2,}.?$/u.test(text)) return true;
  return (
    keyboardRows.some((row) => row.repeat(3).includes(text)) ||
    keyboardRows.some((row) => text.length >= 10 && text.replaceAll(row, "").length <= 2)
  );
}

/**
 * Whether a new password must be refused: shorter than 10 characters, one of the common ones, or the person's own e-mail or name
 * (NIST SP 800-63B, 5.1.1.2: a minimum length and a list of common values, no rules on composition).
 */
export function isWeakPassword(typed: string, owner: { readonly email: string; readonly name: string }): boolean {
  const password = normalizedPassword(typed).toLowerCase();
  if (Array.from(password).length < PASSWORD_MIN_LENGTH) return true;
  const joined = password.replaceAll(/[^\p{L}\p{N}]/gu, "");
  if (
    joined === "" ||
    isPattern(joined) ||
    [password, joined, lettersOf(password), lettersOf(joined)].some((word) => commonWords.has(word))
  )
    return true;
  const name = owner.name.normalize("NFC").toLowerCase();
  const [localPart = ""] = owner.email.split("@");
  const own = [owner.email, localPart, name, name.replaceAll(/\s+/g, "")];
  return own.some((word) => password === word || (lettersOf(word) !== "" && lettersOf(password) === lettersOf(word)));
}

/** What a person may change of himself; a key left out stays as it is. */
export interface ProfileChanges {
  readonly name?: string | undefined;
  readonly firm?: string | null | undefined;
  readonly inn?: string | null | undefined;
  readonly locale?: Person["locale"] | undefined;
  readonly ownRateKopecks?: number | null | undefined;
}

const or = <T>(changed: T | undefined, before: T): T => (changed === undefined ? before : changed);

/** The person after the changes: what was verified against papers is not any more when it changed. `null`: the INN fails its check digits. */
export function changedPerson(before: Person, changes: ProfileChanges): Person | null {
  if (typeof changes.inn === "string" && !isInn(changes.inn)) return null;
  const after = {
    ...before,
    name: or(changes.name, before.name),
    firm: or(changes.firm, before.firm),
    inn: or(changes.inn, before.inn),
    locale: or(changes.locale, before.locale),
    ownRateKopecks: or(changes.ownRateKopecks, before.ownRateKopecks),
  };
  const same = after.name === before.name && after.firm === before.firm && after.inn === before.inn;
  return { ...after, verified: before.verified && same };
}
