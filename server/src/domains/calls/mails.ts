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

/** `fingerprint`: of the key the guest's browser signs minutes with, so that it reaches him by another way than our pages; null: none yet. */
export const confirmedMail = (link: string, fingerprint: string | null): MailText => ({
  subject: "Ваш звонок в Минуте / Your call at Minuta",
  text: [
    "Адрес подтверждён. По этой ссылке вы в любое время найдёте протокол звонка и сможете оставить комментарий:",
    link,
    "Ссылка только для вас: кто её откроет, тот увидит ваши звонки.",
    ...(fingerprint === null
      ? []
      : [
          `Отпечаток ключа, которым ваш браузер подписывает минуты этого звонка / Fingerprint of the key your browser signs this call's minutes with:\n${fingerprint}`,
        ]),
    "Your address is confirmed. Behind the link you will find the protocol of your call and can leave a comment at any time. It is for you only: whoever opens it sees your calls.",
    "",
  ].join("\n\n"),
});

/** Of a key that came after the address was confirmed, for each call. `number`: the call's. */
export const keyMail = (number: bigint, fingerprint: string): MailText => ({
  subject: `Ключ подписи звонка ${number} / Signing key of call ${number}`,
  text: [
    `Минуты звонка ${number} подписывает браузер клиента. Отпечаток его ключа:`,
    fingerprint,
    "Тот же отпечаток стоит в протоколе звонка. Если в этом звонке вы не открывали страницу Минуты в новом браузере, завершите звонок и сообщите нам.",
    `The minutes of call ${number} are signed by the client's browser; above is the fingerprint of its key. The call's protocol shows the same. If you did not open Minuta in a new browser for this call, end the call and tell us.`,
    "",
  ].join("\n\n"),
});
