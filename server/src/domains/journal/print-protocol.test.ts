import { callId, guestId } from "@minuta/contracts/ids";
import { CHAIN_START, hashOfEvent } from "@minuta/contracts/journal-chain";
import { journalKind, type JournalEvent, type Protocol } from "@minuta/contracts/journal";
import { kopecks } from "@minuta/contracts/money";
import { fingerprintOf } from "@minuta/contracts/signing";
import { hashOfStatement, type Statement } from "@minuta/contracts/statement";
import { expect, test } from "vitest";
import { printProtocol, type Printable } from "./print-protocol.ts";
import type { Proof } from "./print-proof.ts";
import { FILES_PRINTED_MAX } from "./print-used.ts";
import { squaresIn, textOf } from "./testing.ts";

const id = callId.parse("0198c0de-0000-7000-8000-000000000001");
const start = new Date("2026-11-23T16:04:07.000Z");
const at = (seconds: number): Date => new Date(start.getTime() + seconds * 1000);

/** Facts of every kind as the product writes them. */
const facts: Partial<Record<JournalEvent["kind"], JournalEvent["facts"]>> = {
  invited: { invitedAt: start.toISOString(), task: "Не проводится реализация", configuration: "Бухгалтерия 3.0", ownRateKopecks: 2000 },
  joined: { name: "Ольга Петрова", organisation: "ООО «Ромашка»", inn: "7707083893", identified: false },
  rung: {
    name: "Ольга Петрова",
    organisation: "ООО «Ромашка»",
    inn: null,
    task: "Не закрывается месяц",
    configuration: "bp3",
    release: "3.0.150.22",
    pricePerMinuteKopecks: 2555,
  },
  cancelled: { because: "client-gone" },
  "consent-given": {
    version: "join-2026-11",
    texts: { ru: "Вы соглашаетесь, что Минута ведёт журнал", en: "You agree that Minuta keeps a journal" },
  },
  "task-changed": { task: "Не проводится реализация и возврат", configuration: "Бухгалтерия 3.0" },
  "on-the-line": { side: "client" },
  "screen-stopped": { by: "browser" },
  "microphone-refused": { why: "missing" },
  "path-changed": { path: "webrtc-direct" },
  "safety-number": { number: "012345" },
  charged: { amountKopecks: 100, chargedKopecks: 100, billableSeconds: 60 },
  chat: { id: "1", text: "Откройте, пожалуйста, журнал документов" },
  commented: { text: "Спасибо, всё проводится." },
  "email-confirmed": { email: "olga@example.org" },
  ended: { reason: "client-ended", provenSeconds: 754, billableSeconds: 754 },
  settled: { chargedKopecks: 1300 },
  flagged: { flags: ["same-address"] },
  "recording-failed": { takeId: "0198c0de-0000-7000-8000-0000000000a2", why: "silent", side: "consultant" },
  "recording-gap": { side: "client", from: at(31).toISOString(), to: at(126).toISOString(), seconds: 95 },
  "recording-missing": { side: "client", segments: 4, numbers: "3, 7–9" },
};

function journal(): JournalEvent[] {
  let before = CHAIN_START;
  return journalKind.options.map((kind, index) => {
    const event = {
      n: index + 1,
      at: at(index * 20),
      actor: (["consultant", "client", "server"] as const)[index % 3]!,
      kind,
      facts: facts[kind] ?? {},
    };
    before = hashOfEvent(id, before, event);
    return { ...event, hash: before };
  });
}

const events = journal();
const segment = {
  segmentId: "0198c0de-0000-7000-8000-0000000000a1",
  takeId: "0198c0de-0000-7000-8000-0000000000a2",
  from: at(31),
  to: at(61),
  bytes: 400_000,
  sha256: "ab".repeat(32),
  cut: false,
};
const recordings = { client: [segment], consultant: [] };
const proof = { statements: [], keys: [], recordings, serverKey: "A".repeat(43), publicUrl: "https://minuta.example" };
const protocol: Protocol = {
  number: "П-000126-9",
  call: {
    id,
    tariff: "carrier",
    state: "settled",
    side: "client",
    task: "Не проводится реализация и возврат",
    configuration: "Бухгалтерия предприятия 3.0",
    release: null,
    ownRateKopecks: 2000,
    youPay: false,
    consultant: { name: "Анна Смирнова", firm: "ООО «Франчайзи Плюс»", inn: "7707083893", verified: true },
    client: {
      guestId: guestId.parse("0198c0de-0000-7000-8000-000000000002"),
      name: "Ольга Петрова",
      organisation: "ООО «Ромашка»",
      inn: "500100732259",
      email: "olga@example.org",
      emailConfirmed: false,
    },
    openedAt: start,
    endedAt: at(875),
    endReason: "client-ended",
    meter: {
      status: "ended",
      provenSeconds: 754,
      billableSeconds: 754,
      charged: kopecks(0),
      reserved: kopecks(0),
      pricePerMinute: kopecks(0),
      minutesLeft: null,
      pauseEndsAt: null,
      pausedBy: null,
    },
    comments: [
      { side: "client", text: "Спасибо, всё проводится.\nЗвоню завтра насчёт возврата.", at: at(880) },
      { side: "consultant", text: "Исправила счёт учёта в номенклатуре: 26 → 44 ✓; обновить релиз до 3.0.170.", at: at(90_000) },
    ],
    outcome: null,
    flags: ["same-address"],
  },
  intervals: [
    { from: start, to: at(31), seconds: 31, counted: false, why: "waiting" },
    { from: at(31), to: at(431), seconds: 400, counted: true, why: "on-the-line" },
    { from: at(431), to: at(461), seconds: 30, counted: false, why: "client-away" },
    { from: at(461), to: at(521), seconds: 60, counted: false, why: "paused" },
    { from: at(521), to: at(875), seconds: 354, counted: true, why: "on-the-line" },
  ],
  provenSeconds: 754,
  billableSeconds: 754,
  chargeableSeconds: 780,
  charged: kopecks(1300),
  pricePerMinute: kopecks(100),
  ownSum: kopecks(26_000),
  events,
  journalHead: events.at(-1)!.hash,
  printedAt: at(100_000),
};

test("the printed protocol says in Russian who, when, how long and how much, and its text can be found and copied", async () => {
  const text = textOf(await printProtocol({ protocol, proof }, "ru"));
  for (const word of [
    "Протокол звонка № П-000126-9",
    "Анна Смирнова",
    "ООО «Франчайзи Плюс»",
    "ИНН 7707083893",
    "Ольга Петрова",
    "клиент не идентифицирован",
    "Не проводится реализация и возврат",
    "23 ноября 2026 г., 19:04:07 МСК",
    "завершил клиент",
    "12:34",
    "13 мин",
    "13,00 ₽",
    "платит консультант",
    "260,00 ₽",
    "20,00 ₽ за минуту",
    "платформа эти деньги не переводит",
    "клиента не было на линии",
    "пауза",
    "обе стороны звонили с одного сетевого адреса",
    "номенклатуре: 26 -> 44 +; обновить",
    "Звоню завтра насчёт возврата.",
    "МСК. Не подписан",
    "24.11.2026",
    "согласие: Вы соглашаетесь, что Минута ведёт журнал",
    "Откройте, пожалуйста, журнал документов",
    "запись не идёт: консультант, нет сигнала",
    "пропуск в записи: клиент, 95 с",
    "часть записи не загружена: клиент, отрезки: 3, 7–9",
    protocol.journalHead,
  ]) {
    expect(text.replaceAll(/\s/g, "")).toContain(word.replaceAll(/\s/g, ""));
  }
});

test("the same in English", async () => {
  const text = textOf(await printProtocol({ protocol, proof }, "en")).replaceAll(/\s/g, "");
  for (const word of [
    "Call protocol № П-000126-9",
    "client not identified",
    "the consultant pays",
    "the platform does not move that money",
    "23 November 2026, 19:04:07",
  ]) {
    expect(text).toContain(word.replaceAll(/\s/g, ""));
  }
});

test("a marketplace call is printed with the consultant's price, who pays, and how the sum is shared", async () => {
  const shared = { fee: kopecks(3321), earned: kopecks(29_894) };
  const call: Protocol["call"] = {
    ...protocol.call,
    tariff: "marketplace",
    state: "ended",
    configuration: "bp3",
    release: "3.0.150.22",
    ownRateKopecks: null,
    outcome: { state: "waiting", until: at(875 + 72 * 3600), ...shared },
  };
  const marketplace: Protocol = { ...protocol, call, ownSum: null, charged: kopecks(33_215), pricePerMinute: kopecks(2555) };
  const words = async (of: Protocol, locale: "ru" | "en") =>
    textOf(await printProtocol({ protocol: of, proof }, locale)).replaceAll(/\s/g, "");
  const waiting = await words(marketplace, "ru");
  for (const word of [
    "стоимость консультации",
    "332,15 ₽",
    "25,55 ₽ за минуту",
    "платит клиент",
    "из неё консультанту",
    "298,94 ₽",
    "платформе за связь 10 %: 33,21 ₽",
    "ждёт слова клиента до 26.11.2026, 19:18:42",
    "Бухгалтерия предприятия, ред. 3.0",
    "Релиз3.0.150.22",
    "вызов консультанта: Ольга Петрова, ООО «Ромашка», Не закрывается месяц",
    "клиент ушёл со страницы",
  ])
    expect(waiting).toContain(word.replaceAll(/\s/g, ""));
  expect(waiting).not.toContain("платазасвязь");
  const settled: Protocol = {
    ...marketplace,
    call: { ...call, state: "settled", outcome: { state: "settled", by: "silence", at: at(300_000), ...shared } },
  };
  expect(await words(settled, "ru")).toContain("рассчитано:клиентневозразилвсрок");
  const english = await words(settled, "en");
  for (const word of [
    "client's recording",
    "segments 1, the last: ",
    "consultant's recording none",
    "the client pays",
    "price of the consultation",
    "10 % to the platform",
    "Enterprise Accounting 3.0",
    "did not object in time",
  ])
    expect(english).toContain(word.replaceAll(/\s/g, ""));
});

const keys = { client: `${"C".repeat(42)}A`, consultant: `${"D".repeat(42)}A` };

/** Three statements of the call, at 60, 120 and 754 s: the client signed them all, the consultant the first. */
function signedProof(): Proof {
  const signature = "S".repeat(86);
  const by = (side: "client" | "consultant", sinceN: number) => ({
    side,
    publicKey: keys[side],
    sinceN,
    observedSeconds: 60,
    signature,
  });
  let before = CHAIN_START;
  const statements = [60, 120, 754].map((provenSeconds, index): Proof["statements"][number] => {
    const said: Statement = {
      call: id,
      n: index + 1,
      at: at(31 + provenSeconds).toISOString(),
      provenSeconds,
      chargedKopecks: 100 * Math.ceil(provenSeconds / 60),
      journal: { n: 1, head: CHAIN_START },
      recordings: { client: null, consultant: null },
      keys,
      closing: provenSeconds === 754,
      before,
      server: proof.serverKey,
    };
    before = hashOfStatement(said);
    return { ...said, signature, countersignatures: [by("client", index), ...(index === 0 ? [by("consultant", 0)] : [])] };
  });
  return {
    ...proof,
    statements,
    keys: [
      { side: "client", publicKey: keys.client, kind: "call", sinceN: 0, shownAt: start },
      { side: "consultant", publicKey: keys.consultant, kind: "device", sinceN: 0, shownAt: start },
    ],
  };
}

test("who signed which minutes by which keys is on the paper, and a code that carries the last statement; drafts of invoice and act follow", async () => {
  const signed = signedProof();
  const file = await printProtocol({ protocol, proof: signed }, "ru");
  const text = textOf(file).replaceAll(/\s/g, "");
  const { countersignatures: _, signature: __, ...last } = signed.statements[2]!;
  for (const word of [
    "00:00–01:00подписаноподписаноподписано",
    "01:00–12:34подписаноподписаноне подписано",
    `ключ сервера${fingerprintOf(proof.serverKey)}`,
    `ключ клиента${fingerprintOf(keys.client)}(только этого звонка)`,
    `ключ консультанта${fingerprintOf(keys.consultant)}(устройство учётной записи)`,
    `последняя запись3:${hashOfStatement(last)}`,
    "Счёт на оплату №",
    "Акт об оказании услуг №",
    "ИсполнительООО «Франчайзи Плюс», ИНН 7707083893",
    "ЗаказчикООО «Ромашка», ИНН 500100732259",
    "Консультационные услуги по минутам: Не проводится реализация и возврат13 мин20,00 ₽260,00 ₽",
  ])
    expect(text).toContain(word.replaceAll(/\s/g, ""));
  const unsigned = await printProtocol({ protocol, proof }, "ru");
  expect(textOf(unsigned).replaceAll(/\s/g, "")).toContain("Подписыватьнечего");
  expect(squaresIn(file), "a longer code has more squares").toBeGreaterThan(squaresIn(unsigned) + 100);
});

test("what each side allowed and refused is on the paper, and each recorded file with its hash, of a long recording the first hour", async () => {
  const said = (actor: "client" | "consultant", kind: JournalEvent["kind"], seconds: number): JournalEvent => ({
    n: 1,
    at: at(seconds),
    actor,
    kind,
    facts: {},
    hash: CHAIN_START,
  });
  const events = [
    said("client", "consent-given", 0),
    ...[40, 80, 120].map((second) => said("client", "screen-shared", second)),
    said("consultant", "microphone-on", 41),
    said("client", "microphone-refused", 42),
    ...(["client", "consultant"] as const).map((actor) => said(actor, "recording-agreed", 50)),
    said("client", "recording-refused", 500),
  ];
  const long = Array.from({ length: FILES_PRINTED_MAX + 7 }, (_, before) => ({
    ...segment,
    sha256: before.toString(16).padStart(64, "0"),
  }));
  const recorded = { ...proof, recordings: { client: [segment], consultant: long } };
  const words = async (of: Printable, locale: "ru" | "en") => textOf(await printProtocol(of, locale)).replaceAll(/\s/g, "");
  const text = await words({ protocol: { ...protocol, events }, proof: recorded }, "ru");
  for (const word of [
    "показ экрана да, впервые 19:04:47, всего 3 –",
    "микрофон отказ, 19:04:49 да, 19:04:48",
    "запись звонка да, 19:04:57; отказ, 19:12:27 да, 19:04:57",
    `19:04:38 – 19:05:08 0,40 МБ ${segment.sha256}`,
    long[FILES_PRINTED_MAX - 1]!.sha256,
    "И ещё 7: их контрольные суммы",
    "записано у клиента: 00:30 из 12:34 учтённого времени",
  ])
    expect(text).toContain(word.replaceAll(/\s/g, ""));
  expect(text).not.toContain(long[FILES_PRINTED_MAX]!.sha256);
  const unrecorded = { ...proof, recordings: { client: [], consultant: [] } };
  const agreedOnly = await words({ protocol: { ...protocol, events }, proof: unrecorded }, "en");
  expect(agreedOnly).toContain("showingthescreenyes,first19:04:47,3times");
  expect(agreedOnly).toContain("recordedattheconsultant's:00:00of12:34ofthecountedtime");
  const refused = events.filter(({ kind }) => kind !== "recording-agreed");
  expect(await words({ protocol: { ...protocol, events: refused }, proof: unrecorded }, "en")).not.toContain("Filesoftherecording");
});

test("a confirmed address is printed as such, and a call without the consultant's own rate asks for nothing", async () => {
  const call = { ...protocol.call, client: { ...protocol.call.client, emailConfirmed: true }, ownRateKopecks: null };
  const text = textOf(await printProtocol({ protocol: { ...protocol, call, ownSum: null }, proof }, "ru")).replaceAll(/\s/g, "");
  expect(text).toContain("подтверждёнадресolga@example.org");
  expect(text).not.toContain("неидентифицирован:");
  expect(text).not.toContain("непереводит");
  expect(text).not.toContain("коплатеконсультанту");
});

test("the fonts are inside: Cyrillic does not depend on the reader's machine", async () => {
  const file = Buffer.from(await printProtocol({ protocol, proof }, "ru")).toString("latin1");
  const fonts = [...file.matchAll(/\/BaseFont \/([A-Z]{6}\+[\w-]+)/g)].map(([, name]) => name);
  expect(fonts.length).toBeGreaterThan(0);
  expect(fonts.every((name) => name!.includes("PTSans"))).toBe(true);
  expect(file).toMatch(/\/FontFile2 /);
});
