/** The protocol as a PDF to attach to an invoice or an act: A4, one and the same for both sides. */
import type { ClientCard, ConsultantCard } from "@minuta/contracts/calls";
import { commentKeysOf } from "@minuta/contracts/check-protocol";
import type { Protocol, ProtocolInterval } from "@minuta/contracts/journal";
import type { Locale } from "@minuta/contracts/people";
import type { Content, TableCell, TDocumentDefinitions } from "pdfmake/interfaces.js";
import { renderPdf } from "#platform/pdf";
import { eventInWords } from "./print-event.ts";
import { formatsOf, type Formats } from "./print-format.ts";
import { draftPapers, signatures, type Proof } from "./print-proof.ts";
import { bare, boxed, ruled } from "./print-tables.ts";
import { permissions, recordedFiles } from "./print-used.ts";
import { printTexts, type PrintTexts } from "./print-texts.ts";

export interface Printable {
  readonly protocol: Protocol;
  readonly proof: Proof;
}

interface Print extends Printable {
  readonly texts: PrintTexts;
  readonly formats: Formats;
}

const accent = "#0b5d57";
const muted = "#5f6b7a";
/** Characters: a longer comment may go over to the next page. */
const COMMENT_KEPT_WHOLE = 1500;
/** Share of the page below which a section begins on the next one: no heading stands apart from what it heads. */
const LOWEST_HEADING = 0.85;
const HEAD_SHOWN_LENGTH = 16;

/** What the printing thread is asked for. */
export interface Printing extends Printable {
  readonly locale: Locale;
}

export async function printProtocol({ protocol, proof }: Printable, locale: Locale): Promise<Uint8Array> {
  return renderPdf(documentOf({ protocol, proof, texts: printTexts[locale], formats: formatsOf(locale) }, locale));
}

function documentOf(print: Print, locale: Locale): TDocumentDefinitions {
  const { protocol, texts } = print;
  const used = { ...print, locale, moment: momentsOf(protocol, print.formats) };
  return {
    pageSize: "A4",
    pageMargins: [48, 48, 48, 56],
    language: locale,
    info: { title: `${texts.title} ${protocol.number}`, author: "Минута", creationDate: protocol.printedAt },
    defaultStyle: { fontSize: 9.5, lineHeight: 1.15, color: "#1b2430" },
    styles: {
      section: { fontSize: 12, bold: true, color: accent, margin: [0, 16, 0, 6] },
      label: { fontSize: 8, color: muted },
      small: { fontSize: 8, color: muted },
      th: { fontSize: 8, color: muted },
    },
    pageBreakBefore: ({ style, startPosition }) => style === "section" && startPosition.verticalRatio > LOWEST_HEADING,
    footer: (page, of) => footer(print, { page, of }),
    content: [
      ...titleOf(print),
      parties(print),
      ...subject(print),
      ...figures(print),
      ...minuteTable(print),
      ...permissions(used),
      ...comments(print),
      ...signatures({ ...print, locale }),
      ...recordedFiles(used),
      ...events(print),
      ...draftPapers({ ...print, locale }),
    ],
  };
}

function footer({ protocol, texts }: Print, { page, of }: { page: number; of: number }): Content {
  const head = protocol.journalHead.slice(0, HEAD_SHOWN_LENGTH);
  return {
    margin: [48, 18, 48, 0],
    columns: [
      { text: `${protocol.number} · SHA-256 ${head}…`, style: "small" },
      { text: texts.page(page, of), style: "small", alignment: "right" },
    ],
  };
}

function titleOf({ protocol, texts, formats }: Print): Content[] {
  const open: Content[] = protocol.call.endedAt === null ? [{ text: texts.stillOpen, bold: true, margin: [0, 6, 0, 0] }] : [];
  return [
    {
      columns: [
        { text: "Минута", bold: true, fontSize: 12, color: accent },
        {
          text: `${texts.printed(formats.stamp(protocol.printedAt))} ${texts.zone}`,
          style: "small",
          alignment: "right",
          margin: [0, 2, 0, 0],
        },
      ],
    },
    { canvas: [{ type: "line", x1: 0, y1: 5, x2: 499, y2: 5, lineWidth: 1, lineColor: accent }] },
    { text: `${texts.title} № ${protocol.number}`, fontSize: 18, bold: true, margin: [0, 14, 0, 0] },
    { text: `${formats.dateTime(protocol.call.openedAt)} ${texts.zone}`, color: muted, margin: [0, 2, 0, 0] },
    ...open,
  ];
}

function parties({ protocol, texts }: Print): Content {
  const { consultant, client } = protocol.call;
  return {
    margin: [0, 14, 0, 0],
    table: {
      widths: ["*", "*"],
      body: [[party(texts.consultant, consultantLines(consultant, texts)), party(texts.client, clientLines(client, texts))]],
    },
    layout: boxed,
  };
}

interface Lines {
  readonly name: string;
  readonly rest: readonly (string | null)[];
  /** How far the name can be trusted. */
  readonly trust: string;
}

function party(title: string, { name, rest, trust }: Lines): TableCell {
  const lines: Content[] = rest.filter((line) => line !== null).map((text) => ({ text, margin: [0, 2, 0, 0] }));
  return {
    stack: [
      { text: title, style: "label" },
      { text: name, bold: true, fontSize: 11, margin: [0, 2, 0, 0] },
      ...lines,
      { text: trust, style: "small", margin: [0, 4, 0, 0] },
    ],
  };
}

const consultantLines = ({ name, firm, inn, verified }: ConsultantCard, texts: PrintTexts): Lines => ({
  name,
  rest: [firm, inn === null ? null : `${texts.inn} ${inn}`],
  trust: verified ? texts.verified : texts.notVerified,
});

function clientLines({ name, organisation, inn, email, emailConfirmed }: ClientCard, texts: PrintTexts): Lines {
  const rest = [organisation, inn === null ? null : `${texts.inn} ${inn}`];
  if (!emailConfirmed) return { name, rest, trust: texts.notIdentified };
  return { name, rest, trust: email === null ? texts.identifiedByAccount : texts.identifiedByEmail(email) };
}

function subject({ protocol, texts, formats }: Print): Content[] {
  const { task, configuration, release, openedAt, endedAt, endReason, flags } = protocol.call;
  const ended =
    endedAt === null || endReason === null ? null : `${formats.dateTime(endedAt)} ${texts.zone}, ${texts.endReasons[endReason]}`;
  const rows: [string, string | null][] = [
    [texts.task, task || texts.noTask],
    [texts.configuration, configuration === null ? null : formats.configuration(configuration)],
    [texts.release, release],
    [texts.opened, `${formats.dateTime(openedAt)} ${texts.zone}`],
    [texts.ended, ended],
    [texts.flagsTitle, flags.length === 0 ? texts.noFlags : flags.map((flag) => texts.flags[flag]).join("; ")],
  ];
  const body = rows
    .filter(([, value]) => value !== null)
    .map(([label, value]): TableCell[] => [{ text: label, color: muted }, { text: value ?? "" }]);
  return [
    { text: texts.subject, style: "section" },
    { table: { widths: [90, "*"], body }, layout: bare },
  ];
}

function figures(print: Print): Content[] {
  const { protocol, texts, formats } = print;
  const { call, ownSum, charged, pricePerMinute, provenSeconds, chargeableSeconds } = protocol;
  const charge = figure(texts.charge[call.tariff], formats.money(charged), [
    texts.perMinute(formats.money(pricePerMinute)),
    texts.payer[call.tariff],
  ]);
  const own =
    ownSum === null ? [] : [figure(texts.consultantAsks, formats.money(ownSum), [texts.perMinute(formats.money(rateOf(protocol)))])];
  const cells = [
    figure(texts.proven, formats.length(provenSeconds), []),
    figure(texts.paid, texts.minutes(formats.minutes(chargeableSeconds)), []),
    charge,
    ...shares(print),
    ...own,
  ];
  return [
    { text: texts.time, style: "section" },
    { table: { widths: cells.map(() => "*"), body: [cells] }, layout: boxed },
    { text: ownSum === null ? texts.howCounted : `${texts.howCounted} ${texts.notMoved}`, style: "small", margin: [0, 6, 0, 0] },
  ];
}

/** How a marketplace call's charge is shared, once it is over, and whether that has been done. */
function shares({ protocol, texts, formats }: Print): TableCell[] {
  const { outcome } = protocol.call;
  if (outcome === null) return [];
  const when =
    outcome.state === "waiting"
      ? texts.waitsUntil(formats.stamp(outcome.until))
      : `${texts.settledBy[outcome.by]}, ${formats.stamp(outcome.at)} ${texts.zone}`;
  return [figure(texts.consultantEarns, formats.money(outcome.earned), [texts.platformKeeps(formats.money(outcome.fee)), when])];
}

const rateOf = ({ call }: Protocol): Protocol["charged"] => BigInt(call.ownRateKopecks ?? 0) as Protocol["charged"];

const figure = (label: string, value: string, below: readonly string[]): TableCell => ({
  stack: [
    { text: label, style: "label" },
    { text: value, bold: true, fontSize: 14, margin: [0, 3, 0, 0] },
    ...below.map((text): Content => ({ text, style: "small", margin: [0, 2, 0, 0] })),
  ],
});

function minuteTable({ protocol, texts, formats }: Print): Content[] {
  // A stretch of less than a second adds nothing to anything.
  const intervals = protocol.intervals.filter(({ seconds }) => seconds > 0);
  if (intervals.length === 0) return [{ text: texts.noTime, margin: [0, 8, 0, 0] }];
  const moment = momentsOf(protocol, formats);
  const right = (text: string, bold = false): TableCell => ({ text, alignment: "right", bold });
  const row = ({ from, to, seconds, counted, why }: ProtocolInterval): TableCell[] => [
    moment(from),
    moment(to),
    right(formats.length(seconds), counted),
    { text: counted ? texts.yes : texts.no, bold: counted, alignment: "center" },
    { text: texts.why[why], color: counted ? "#1b2430" : muted },
  ];
  const { table } = texts;
  const total: TableCell[] = [
    { text: `${texts.proven}, ${table.total}`, colSpan: 2, bold: true },
    "",
    right(formats.length(protocol.provenSeconds), true),
    "",
    "",
  ];
  return [
    {
      margin: [0, 10, 0, 0],
      table: {
        headerRows: 1,
        dontBreakRows: true,
        widths: ["auto", "auto", 60, 70, "*"],
        body: [
          headings(
            table.from,
            table.to,
            { text: table.length, alignment: "right" },
            { text: table.counted, alignment: "center" },
            table.why,
          ),
          ...intervals.map(row),
          total,
        ],
      },
      layout: ruled,
    },
  ];
}

/** The time of day; the date too when it is another day than the call's first. */
function momentsOf({ call }: Protocol, { date, time, stamp }: Formats): (at: Date) => string {
  const firstDay = date(call.openedAt);
  return (at) => (date(at) === firstDay ? time(at) : stamp(at));
}

const headings = (...cells: readonly (string | { text: string; alignment: "right" | "center" })[]): TableCell[] =>
  cells.map((cell) => ({ ...(typeof cell === "string" ? { text: cell } : cell), style: "th", noWrap: true }));

function comments({ protocol, texts, formats }: Print): Content[] {
  const keys = commentKeysOf(protocol.events);
  const said = protocol.call.comments.map(({ side, text, at }, index): Content => ({
    margin: [0, 0, 0, 8],
    unbreakable: text.length < COMMENT_KEPT_WHOLE,
    stack: [
      { text: `${texts[side]}, ${formats.stamp(at)} ${texts.zone}. ${texts.commentKey[keys[index] ?? "none"]}`, style: "label" },
      { text, margin: [0, 2, 0, 0] },
    ],
  }));
  return [{ text: texts.comments, style: "section" }, ...(said.length === 0 ? [{ text: texts.noComments }] : said)];
}

function events(print: Print): Content[] {
  const { protocol, texts, formats } = print;
  const moment = momentsOf(protocol, formats);
  const rows = protocol.events.map((event): TableCell[] => {
    const { what, detail } = eventInWords(event, { texts, formats });
    const words: Content =
      detail === ""
        ? what
        : [
            { text: `${what}: `, bold: false },
            { text: detail, color: muted },
          ];
    return [{ text: String(event.n), alignment: "right", color: muted }, moment(event.at), texts.actors[event.actor], { text: words }];
  });
  const { event } = texts;
  return [
    { text: texts.events, style: "section" },
    integrity(print),
    {
      table: {
        headerRows: 1,
        dontBreakRows: true,
        widths: [24, "auto", "auto", "*"],
        body: [headings({ text: event.n, alignment: "right" }, `${event.at}, ${texts.zone}`, event.who, event.what), ...rows],
      },
      layout: ruled,
      fontSize: 8.5,
    },
  ];
}

/** Before the events, not after: never a last page with nothing else on it. */
function integrity({ protocol, texts }: Print): Content {
  return {
    unbreakable: true,
    margin: [0, 0, 0, 8],
    stack: [
      { text: [{ text: `${texts.head}: `, color: muted }, protocol.journalHead], fontSize: 8 },
      { text: texts.howToCheck, style: "small", margin: [0, 2, 0, 0] },
    ],
  };
}
