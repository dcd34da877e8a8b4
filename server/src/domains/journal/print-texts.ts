/** The words of the printed protocol, Russian and English. */
import type { CallOutcome, CallView } from "@minuta/contracts/calls";
import type { CommentKey } from "@minuta/contracts/check-protocol";
import type { JournalActor, ProtocolInterval } from "@minuta/contracts/journal";
import type { Locale } from "@minuta/contracts/people";
import { eventTexts, type EventTexts } from "./print-event-texts.ts";

type EndReason = NonNullable<CallView["endReason"]>;
type SettledBy = Extract<CallOutcome, { state: "settled" }>["by"];

export interface PrintTexts extends EventTexts {
  readonly locale: Locale;
  readonly title: string;
  readonly printed: (at: string) => string;
  readonly stillOpen: string;
  readonly page: (page: number, of: number) => string;
  readonly consultant: string;
  readonly client: string;
  readonly inn: string;
  readonly verified: string;
  readonly notVerified: string;
  readonly identifiedByEmail: (email: string) => string;
  readonly identifiedByAccount: string;
  readonly notIdentified: string;
  readonly subject: string;
  readonly task: string;
  readonly noTask: string;
  readonly configuration: string;
  readonly release: string;
  readonly opened: string;
  readonly ended: string;
  readonly zone: string;
  readonly time: string;
  readonly proven: string;
  readonly paid: string;
  readonly charge: Readonly<Record<CallView["tariff"], string>>;
  readonly consultantEarns: string;
  /** The platform's part is fixed: 10 % of the full charge in every outcome. */
  readonly platformKeeps: (sum: string) => string;
  readonly waitsUntil: (at: string) => string;
  readonly settledBy: Readonly<Record<SettledBy, string>>;
  readonly consultantAsks: string;
  readonly minutes: (count: string) => string;
  readonly perMinute: (price: string) => string;
  readonly payer: Readonly<Record<CallView["tariff"], string>>;
  readonly notMoved: string;
  readonly howCounted: string;
  readonly table: Readonly<Record<"from" | "to" | "length" | "counted" | "why" | "total", string>>;
  readonly yes: string;
  readonly no: string;
  readonly noTime: string;
  readonly why: Readonly<Record<ProtocolInterval["why"], string>>;
  readonly endReasons: Readonly<Record<EndReason, string>>;
  readonly flagsTitle: string;
  readonly noFlags: string;
  readonly flags: Readonly<Record<CallView["flags"][number], string>>;
  readonly comments: string;
  readonly noComments: string;
  /** Whose key stands under a comment. */
  readonly commentKey: Readonly<Record<CommentKey, string>>;
  readonly events: string;
  readonly event: Readonly<Record<"n" | "at" | "who" | "what", string>>;
  readonly actors: Readonly<Record<JournalActor, string>>;
  readonly head: string;
  readonly howToCheck: string;
}

const ru: PrintTexts = {
  locale: "ru",
  title: "Протокол звонка",
  printed: (at) => `Составлен сервером «Минуты» ${at}`,
  stillOpen: "Звонок ещё не завершён: сведения предварительные",
  page: (page, of) => `страница ${page} из ${of}`,
  consultant: "Консультант",
  client: "Клиент",
  inn: "ИНН",
  verified: "сведения проверены по документам",
  notVerified: "сведения указаны самим консультантом",
  identifiedByEmail: (email) => `подтверждён адрес ${email}`,
  identifiedByAccount: "вошёл под своей учётной записью",
  notIdentified: "клиент не идентифицирован: назвался сам",
  subject: "Предмет звонка",
  task: "Задача",
  noTask: "не записана",
  configuration: "Конфигурация",
  release: "Релиз",
  opened: "Начало",
  ended: "Окончание",
  zone: "МСК",
  time: "Время и деньги",
  proven: "оба на линии",
  paid: "оплачиваемое время",
  charge: { carrier: "плата за связь", marketplace: "стоимость консультации" },
  consultantEarns: "из неё консультанту",
  platformKeeps: (sum) => `платформе за связь 10 %: ${sum}`,
  waitsUntil: (at) => `ждёт слова клиента до ${at} МСК; молчание значит «решено»`,
  settledBy: {
    client: "рассчитано: клиент сказал «решено»",
    silence: "рассчитано: клиент не возразил в срок",
    "nothing-charged": "платить не за что",
  },
  consultantAsks: "к оплате консультанту",
  minutes: (count) => `${count} мин`,
  perMinute: (price) => `${price} за минуту`,
  payer: { carrier: "платит консультант", marketplace: "платит клиент" },
  notMoved: "Сумму «к оплате консультанту» консультант просит у клиента сам, по своей ставке: платформа эти деньги не переводит.",
  howCounted:
    "Считаются только секунды, когда сервер видел на линии обоих. Ожидание, паузы и обрывы не оплачиваются. Платится каждая начатая минута.",
  table: { from: "с", to: "по", length: "длительность", counted: "считается", why: "почему", total: "всего" },
  yes: "да",
  no: "нет",
  noTime: "На линии никого не было.",
  why: {
    "on-the-line": "оба на линии",
    waiting: "ожидание второй стороны",
    "client-away": "клиента не было на линии",
    "consultant-away": "консультанта не было на линии",
    paused: "пауза",
    "paused-for-top-up": "пауза до пополнения",
    "paused-for-signature": "пауза: минуты не подписаны",
  },
  endReasons: {
    "client-ended": "завершил клиент",
    "consultant-ended": "завершил консультант",
    "no-money": "закончились деньги",
    "pause-too-long": "пауза слишком затянулась",
    "nobody-came-back": "стороны не вернулись",
    "stopped-by-operator": "остановлен оператором",
  },
  flagsTitle: "Отметки",
  noFlags: "нет",
  flags: {
    "own-link": "консультант сам вошёл по своей ссылке",
    "same-address": "обе стороны звонили с одного сетевого адреса",
    "same-device": "обе стороны звонили из одного браузера",
  },
  comments: "Комментарии сторон",
  noComments: "Комментариев нет.",
  commentKey: {
    shown: "Подписан ключом, который показан в звонке",
    other: "Подписан ключом, которого в звонке не было",
    none: "Не подписан",
  },
  events: "Журнал событий",
  event: { n: "№", at: "время", who: "кто", what: "событие" },
  actors: { client: "клиент", consultant: "консультант", server: "сервер" },
  ...eventTexts.ru,
  head: "Контрольная сумма последнего события (SHA-256)",
  howToCheck: "Каждое событие связано с предыдущим: изменить, убрать или переставить хотя бы одно, не изменив эту сумму, нельзя.",
};

const en: PrintTexts = {
  locale: "en",
  title: "Call protocol",
  printed: (at) => `Made by Minuta's server on ${at}`,
  stillOpen: "The call is still open: the figures are provisional",
  page: (page, of) => `page ${page} of ${of}`,
  consultant: "Consultant",
  client: "Client",
  inn: "Tax id (INN)",
  verified: "checked against papers",
  notVerified: "stated by the consultant",
  identifiedByEmail: (email) => `confirmed address ${email}`,
  identifiedByAccount: "signed in with an account",
  notIdentified: "client not identified: the name is as given",
  subject: "Subject",
  task: "Task",
  noTask: "not stated",
  configuration: "Configuration",
  release: "Release",
  opened: "Began",
  ended: "Ended",
  zone: "MSK (UTC+3)",
  time: "Time and money",
  proven: "both on the line",
  paid: "time paid for",
  charge: { carrier: "charge for the line", marketplace: "price of the consultation" },
  consultantEarns: "of it to the consultant",
  platformKeeps: (sum) => `10 % to the platform for the line: ${sum}`,
  waitsUntil: (at) => `waits for the client's word until ${at} MSK; silence means “solved”`,
  settledBy: {
    client: "settled: the client said “solved”",
    silence: "settled: the client did not object in time",
    "nothing-charged": "there is nothing to pay for",
  },
  consultantAsks: "asked by the consultant",
  minutes: (count) => `${count} min`,
  perMinute: (price) => `${price} a minute`,
  payer: { carrier: "the consultant pays", marketplace: "the client pays" },
  notMoved: "The sum asked by the consultant is between him and the client, at his own rate: the platform does not move that money.",
  howCounted:
    "Only seconds in which the server saw both on the line count. Waiting, pauses and lost connections are not paid for. Each started minute is paid for.",
  table: { from: "from", to: "to", length: "length", counted: "counted", why: "why", total: "total" },
  yes: "yes",
  no: "no",
  noTime: "Nobody was on the line.",
  why: {
    "on-the-line": "both on the line",
    waiting: "waiting for the other side",
    "client-away": "the client was away",
    "consultant-away": "the consultant was away",
    paused: "pause",
    "paused-for-top-up": "pause for top-up",
    "paused-for-signature": "pause: minutes not signed",
  },
  endReasons: {
    "client-ended": "by the client",
    "consultant-ended": "by the consultant",
    "no-money": "the money ran out",
    "pause-too-long": "the pause was too long",
    "nobody-came-back": "nobody came back",
    "stopped-by-operator": "by an operator",
  },
  flagsTitle: "Marks",
  noFlags: "none",
  flags: {
    "own-link": "the consultant joined his own link",
    "same-address": "both sides called from one network address",
    "same-device": "both sides called from one browser",
  },
  comments: "Comments of both sides",
  noComments: "There are no comments.",
  commentKey: {
    shown: "Signed by a key shown in the call",
    other: "Signed by a key that was not in the call",
    none: "Not signed",
  },
  events: "Journal of events",
  event: { n: "No.", at: "time", who: "who", what: "event" },
  actors: { client: "client", consultant: "consultant", server: "server" },
  ...eventTexts.en,
  head: "Checksum of the last event (SHA-256)",
  howToCheck: "Each event is bound to the one before it: none can be changed, dropped or moved without changing this sum.",
};

export const printTexts: Readonly<Record<Locale, PrintTexts>> = { ru, en };
