/**
 * What a client agrees to when he joins or rings, by version. The page shows the words and sends the version; the journal keeps the words themselves.
 * Never edit a version that people agreed to: a change of the words is a new version.
 */
import type { Locale } from "./people.ts";
import { RECORDING_CONSENT_VERSION } from "./recordings.ts";

export const CONSENT_VERSION = "join-2026-11";
export const RING_CONSENT_VERSION = "ring-2026-11";

export const consentTexts: Readonly<Record<string, Readonly<Record<Locale, string>>>> = {
  [CONSENT_VERSION]: {
    ru: "Нажимая «Подключиться», вы соглашаетесь, что Минута ведёт журнал звонка (время, сообщения, комментарии, указанные вами данные) и показывает его вам и консультанту. Показ экрана и микрофон включаете только вы.",
    en: "By pressing “Connect” you agree that Minuta keeps a journal of the call (times, messages, comments, what you told about yourself) and shows it to you and the consultant. Only you turn on screen sharing and the microphone.",
  },
  [RING_CONSENT_VERSION]: {
    ru: "Нажимая «Позвонить», вы соглашаетесь: каждая начатая минута, когда на линии оба, оплачивается из вашего кошелька по указанной цене, 10 % получает платформа; не сказали за 72 часа, что вопрос не решён, — он считается решённым. Минута ведёт журнал звонка (время, сообщения, комментарии, ваше имя и организация) и показывает его вам и консультанту. Показ экрана и микрофон включаете только вы.",
    en: "By pressing “Call” you agree: each started minute with both sides on the line is paid from your wallet at the price shown, 10 % of it goes to the platform; what you do not call unsolved within 72 hours counts as solved. Minuta keeps a journal of the call (times, messages, comments, your name and organisation) and shows it to you and the consultant. Only you turn on screen sharing and the microphone.",
  },
  [RECORDING_CONSENT_VERSION]: {
    ru: "Вы соглашаетесь на запись звонка: показанный экран (кроме скрытого и пауз) и голоса обоих пишут ваш браузер и браузер собеседника. Запись нужна как доказательство: открыть её можете вы оба, в споре — ещё и арбитр, каждое открытие видно. Она хранится зашифрованной и по истечении срока хранения (его показывает страница записи) удаляется, если нет спора. Согласие можно взять назад в любой момент.",
    en: "You agree that the call is recorded: your browser and the other side's record the screen that is shown (not what is hidden, and no pauses) and both voices. The recording is evidence: only the two of you may open it, in a dispute an arbiter too, and every opening is seen. It is kept encrypted and deleted when its time is over (the page of the recording tells when), unless there is a dispute. You may take this back at any time.",
  },
};
