/** What persons get by mail. No name typed by a stranger stands in a mail: it would let him write to anybody in our name. */
import type { Locale } from "@minuta/contracts/people";
import { CONFIRM_LINK_HOURS, RESET_LINK_HOURS } from "./rules.ts";

export interface MailText {
  readonly subject: string;
  readonly text: string;
}
type InBoth = Readonly<Record<Locale, MailText>>;

const mail = (subject: string, ...paragraphs: readonly string[]): MailText => ({ subject, text: `${paragraphs.join("\n\n")}\n` });

const confirmLink = (publicUrl: string, token: string): string => `${publicUrl}/confirm?token=${token}`;
const resetLink = (publicUrl: string, token: string): string => `${publicUrl}/reset?token=${token}`;

export const confirmMail = (publicUrl: string, token: string): InBoth => ({
  ru: mail(
    "Подтвердите адрес для Минуты",
    "Вы указали этот адрес при регистрации в Минуте. Чтобы войти, откройте ссылку:",
    confirmLink(publicUrl, token),
    `Ссылка действует ${CONFIRM_LINK_HOURS} часа и только один раз. Если регистрировались не вы, ничего не делайте и не открывайте её: без этого учётной записи не будет.`,
    publicUrl,
  ),
  en: mail(
    "Confirm your address for Minuta",
    "You gave this address when you signed up for Minuta. To sign in, open the link:",
    confirmLink(publicUrl, token),
    `The link works for ${CONFIRM_LINK_HOURS} hours and only once. If it was not you who signed up, do nothing and do not open it: without that there will be no account.`,
    publicUrl,
  ),
});

export const alreadyKnownMail = (publicUrl: string): InBoth => ({
  ru: mail(
    "Вы уже зарегистрированы в Минуте",
    "Кто-то, возможно вы, хотел зарегистрироваться в Минуте с этим адресом, но учётная запись с ним уже есть. Ничего не изменилось.",
    `Войти: ${publicUrl}/sign-in`,
    `Если вы забыли пароль: ${publicUrl}/forgot`,
  ),
  en: mail(
    "You already have a Minuta account",
    "Somebody, perhaps you, wanted to sign up for Minuta with this address, but there is an account with it already. Nothing has changed.",
    `Sign in: ${publicUrl}/sign-in`,
    `If you forgot the password: ${publicUrl}/forgot`,
  ),
});

export const resetMail = (publicUrl: string, token: string): InBoth => ({
  ru: mail(
    "Новый пароль для Минуты",
    "Чтобы задать новый пароль, откройте ссылку:",
    resetLink(publicUrl, token),
    `Ссылка действует ${RESET_LINK_HOURS} час и только один раз; на всех других устройствах после этого нужно будет войти заново. Если вы этого не просили, ничего не делайте: пароль останется прежним.`,
    publicUrl,
  ),
  en: mail(
    "A new password for Minuta",
    "To set a new password, open the link:",
    resetLink(publicUrl, token),
    `The link works for ${RESET_LINK_HOURS} hour and only once; all your other devices will have to sign in again. If you did not ask for it, do nothing: the password stays as it is.`,
    publicUrl,
  ),
});

export const passwordChangedMail = (publicUrl: string): InBoth => ({
  ru: mail(
    "Пароль в Минуте изменён",
    "Пароль вашей учётной записи изменён по ссылке из письма, входы на других устройствах завершены.",
    `Если это были не вы, сразу задайте новый: ${publicUrl}/forgot`,
  ),
  en: mail(
    "Your Minuta password was changed",
    "The password of your account was changed by a link from a mail, and the sign-ins on other devices were ended.",
    `If it was not you, set a new one at once: ${publicUrl}/forgot`,
  ),
});

/** Sent to an address without an account; its language is not known. */
export function noAccountMail(publicUrl: string): MailText {
  return mail(
    "Минута: учётной записи нет / Minuta: no account",
    `Кто-то, возможно вы, просил новый пароль для Минуты с этим адресом, но учётной записи с ним нет. Может быть, вы регистрировались с другим адресом. Зарегистрироваться: ${publicUrl}/sign-up`,
    `Somebody, perhaps you, asked for a new Minuta password with this address, but there is no account with it. Perhaps you signed up with another address. Sign up: ${publicUrl}/sign-up`,
  );
}
