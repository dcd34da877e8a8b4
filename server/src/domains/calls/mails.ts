/** What guests get by mail, in both languages at once: a guest chose none. No text typed by anybody stands in a mail. */
import type { NewMail } from "#platform/mail";
import { EMAIL_CODE_MINUTES } from "./rules.ts";

type MailText = Omit<NewMail, "to">;

export const codeMail = (code: string): MailText => ({
  subject: `${code}: код подтверждения Минуты / Minuta confirmation code`,
  text: [
    `Код подтверждения адреса: ${code}`,
    `Введите его на странице звонка в течение ${EMAIL_CODE_MINUTES} минут. Никому его не сообщайте. Если вы не указывали этот адрес, ничего не делайте.`,
    `Your confirmation code: ${code}`,
    `Type it on the page of your call within ${EMAIL_CODE_MINUTES} minutes. Tell it to nobody. If you did not give this address, do nothing.`,
    "",
  ].join("\n\n"),
});

/** `fingerprints`: of the keys the guest's browsers signed minutes with, so that they reach him by another way than our pages. */
export const confirmedMail = (link: string, fingerprints: readonly string[]): MailText => ({
  subject: "Ваш звонок в Минуте / Your call at Minuta",
  text: [
    "Адрес подтверждён. По этой ссылке вы в любое время найдёте протокол звонка и сможете оставить комментарий:",
    link,
    "Ссылка только для вас: кто её откроет, тот увидит ваши звонки.",
    ...(fingerprints.length === 0
      ? []
      : [
          `Отпечаток ключа, которым ваш браузер подписывает минуты этого звонка / Fingerprint of the key your browser signs this call's minutes with:\n${fingerprints.join("\n")}`,
        ]),
    "Your address is confirmed. Behind the link you will find the protocol of your call and can leave a comment at any time. It is for you only: whoever opens it sees your calls.",
    "",
  ].join("\n\n"),
});

/** A key that came after the address was confirmed. `before`: how many keys the client had shown in this call. */
export interface NewKey {
  readonly number: bigint;
  readonly fingerprint: string;
  readonly before: number;
}

/** The first key of a call is the rule; a further one is another browser, and perhaps not the guest's. */
export const keyMail = ({ number, fingerprint, before }: NewKey): MailText => ({
  subject: `Ключ подписи звонка ${number} / Signing key of call ${number}`,
  text: [
    `Минуты звонка ${number} подписывает браузер клиента. Отпечаток его ключа, тот же стоит в протоколе:`,
    fingerprint,
    before === 0
      ? "Если вы сейчас не в этом звонке, сообщите нам: в нём кто-то от вашего имени."
      : "Раньше в этом звонке подписывал другой браузер. Если новый открыли не вы, завершите звонок и сообщите нам.",
    `The minutes of call ${number} are signed by the client's browser; above is the fingerprint of its key, as the protocol shows it.`,
    before === 0
      ? "If you are not in this call now, tell us: somebody is in it in your name."
      : "Another browser signed in this call before. If it was not you who opened the new one, end the call and tell us.",
    "",
  ].join("\n\n"),
});
