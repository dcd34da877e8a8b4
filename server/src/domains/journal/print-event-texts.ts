/** The words of the journal's events in the printed protocol, Russian and English. */
import type { JournalKind } from "@minuta/contracts/journal";
import type { Locale } from "@minuta/contracts/people";
import type { RecordingTrouble } from "@minuta/contracts/recordings";

export interface EventTexts {
  readonly kinds: Readonly<Record<JournalKind, string>>;
  readonly facts: Readonly<
    Record<
      | "configuration"
      | "release"
      | "clientGone"
      | "platform"
      | "consultant"
      | "rate"
      | "bySite"
      | "byBrowser"
      | "notSupported"
      | "refused"
      | "missing"
      | "notIdentified"
      | "byRedStop",
      string
    >
  >;
  readonly troubles: Readonly<Record<RecordingTrouble, string>>;
  readonly gap: (seconds: number) => string;
  readonly segment: (n: number) => string;
  readonly segments: (numbers: string) => string;
  readonly sides: Readonly<Record<"client" | "consultant", string>>;
  readonly paths: Readonly<Record<string, string>>;
}

const ru: EventTexts = {
  kinds: {
    invited: "приглашение",
    joined: "вошёл по приглашению",
    rung: "вызов консультанта",
    accepted: "вызов принят",
    declined: "вызов отклонён",
    missed: "вызов пропущен",
    cancelled: "вызов отменён",
    "consent-given": "согласие",
    "task-changed": "задача изменена",
    "end-connected": "на связи",
    "end-disconnected": "связь прервана",
    "on-the-line": "на линии",
    "off-the-line": "не на линии",
    "screen-shared": "показывает экран",
    "screen-stopped": "показ экрана прекращён",
    "screen-refused": "показ экрана не начат",
    blanked: "экран скрыт на время",
    unblanked: "экран снова виден",
    "microphone-on": "микрофон включён",
    "microphone-off": "микрофон выключен",
    "microphone-refused": "микрофон не включён",
    "path-changed": "путь связи",
    "safety-number": "число для сверки на экране",
    paused: "пауза",
    resumed: "продолжение",
    "low-balance": "плательщик предупреждён об остатке",
    "paused-for-top-up": "пауза до пополнения",
    "paused-for-signature": "пауза: минуты не подписаны",
    "topped-up": "пополнение",
    charged: "списано",
    chat: "чат",
    "stopped-in-red": "красный «Стоп»",
    "key-shown": "ключ подписи",
    "signature-refused": "не подписывает минуты",
    commented: "комментарий",
    "email-confirmed": "адрес подтверждён",
    ended: "звонок завершён",
    settled: "расчёт",
    flagged: "отметка",
    "recording-agreed": "согласие на запись",
    "recording-refused": "отказ от записи",
    "recording-started": "запись идёт",
    "recording-stopped": "запись остановлена",
    "recording-failed": "запись не идёт",
    "recording-gap": "пропуск в записи",
    "recording-missing": "часть записи не загружена",
    "recording-damaged": "часть записи повреждена",
    "recording-deleted": "записи удалены, контрольные суммы сохранены",
  },
  facts: {
    release: "релиз",
    clientGone: "клиент ушёл со страницы",
    platform: "платформе",
    consultant: "консультанту",
    configuration: "конфигурация",
    rate: "ставка консультанта",
    bySite: "на странице",
    byBrowser: "кнопкой браузера",
    notSupported: "браузер не умеет",
    refused: "отказ",
    missing: "нет микрофона",
    notIdentified: "не идентифицирован",
    byRedStop: "красным «Стоп»",
  },
  troubles: {
    "disk-full": "нет места на диске",
    encoder: "отказал кодировщик",
    "not-supported": "браузер не умеет",
    silent: "нет сигнала",
    internal: "сбой",
  },
  gap: (seconds) => `${seconds} с`,
  segment: (n) => `часть ${n}`,
  segments: (numbers) => `отрезки: ${numbers}`,
  sides: { client: "клиент", consultant: "консультант" },
  paths: {
    websocket: "через сервер",
    "http-stream": "через сервер, потоком",
    "http-poll": "через сервер, по запросу",
    "webrtc-direct": "напрямую",
    "webrtc-relay": "через ретранслятор",
  },
};

const en: EventTexts = {
  kinds: {
    invited: "invitation",
    joined: "joined by the invitation",
    rung: "rings the consultant",
    accepted: "ring accepted",
    declined: "ring declined",
    missed: "ring missed",
    cancelled: "ring cancelled",
    "consent-given": "consent",
    "task-changed": "task changed",
    "end-connected": "connected",
    "end-disconnected": "connection lost",
    "on-the-line": "on the line",
    "off-the-line": "off the line",
    "screen-shared": "shares the screen",
    "screen-stopped": "sharing stopped",
    "screen-refused": "sharing not started",
    blanked: "screen hidden for a moment",
    unblanked: "screen visible again",
    "microphone-on": "microphone on",
    "microphone-off": "microphone off",
    "microphone-refused": "microphone not started",
    "path-changed": "path",
    "safety-number": "safety number on the screen",
    paused: "pause",
    resumed: "resumed",
    "low-balance": "payer warned of the balance",
    "paused-for-top-up": "pause for top-up",
    "paused-for-signature": "pause: minutes not signed",
    "topped-up": "topped up",
    charged: "charged",
    chat: "chat",
    "stopped-in-red": "red stop",
    "key-shown": "signing key",
    "signature-refused": "does not sign the minutes",
    commented: "comment",
    "email-confirmed": "address confirmed",
    ended: "call ended",
    settled: "settled",
    flagged: "mark",
    "recording-agreed": "agreed to the recording",
    "recording-refused": "refused the recording",
    "recording-started": "recording runs",
    "recording-stopped": "recording stopped",
    "recording-failed": "recording does not run",
    "recording-gap": "gap in the recording",
    "recording-missing": "a part of the recording was not uploaded",
    "recording-damaged": "a part of the recording is damaged",
    "recording-deleted": "recordings deleted, checksums kept",
  },
  facts: {
    release: "release",
    clientGone: "the client left the page",
    platform: "to the platform",
    consultant: "to the consultant",
    configuration: "configuration",
    rate: "consultant's rate",
    bySite: "on the page",
    byBrowser: "by the browser's button",
    notSupported: "not supported by the browser",
    refused: "refused",
    missing: "no microphone",
    notIdentified: "not identified",
    byRedStop: "by the red stop",
  },
  troubles: {
    "disk-full": "no room on the disk",
    encoder: "the encoder failed",
    "not-supported": "not supported by the browser",
    silent: "nothing was heard of it",
    internal: "a fault",
  },
  gap: (seconds) => `${seconds} s`,
  segment: (n) => `part ${n}`,
  segments: (numbers) => `segments: ${numbers}`,
  sides: { client: "client", consultant: "consultant" },
  paths: {
    websocket: "through the server",
    "http-stream": "through the server, streamed",
    "http-poll": "through the server, on request",
    "webrtc-direct": "direct",
    "webrtc-relay": "through a relay",
  },
};

export const eventTexts: Readonly<Record<Locale, EventTexts>> = { ru, en };
