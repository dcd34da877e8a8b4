/**
 * What a client agrees to when he joins, by version. The page shows the words and sends the version; the journal keeps the words themselves.
 * Never edit a version that people agreed to: a change of the words is a new version.
 */
import type { Locale } from "./people.ts";

export const CONSENT_VERSION = "join-2026-11";

export const consentTexts: Readonly<Record<string, Readonly<Record<Locale, string>>>> = {
  [CONSENT_VERSION]: {
    ru: "Нажимая «Подключиться», вы соглашаетесь, что Минута ведёт журнал звонка (время, сообщения, комментарии, указанные вами данные) и показывает его вам и консультанту. Показ экрана и микрофон включаете только вы.",
    en: "By pressing “Connect” you agree that Minuta keeps a journal of the call (times, messages, comments, what you told about yourself) and shows it to you and the consultant. Only you turn on screen sharing and the microphone.",
  },
};
