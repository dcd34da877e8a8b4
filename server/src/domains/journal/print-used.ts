/** The parts of the printed protocol about what was allowed and what was kept: permissions as the sides used them, recorded files with their hashes. */
import { side as sides, type Side } from "@minuta/contracts/ids";
import type { JournalEvent, JournalKind, Protocol } from "@minuta/contracts/journal";
import type { Locale } from "@minuta/contracts/people";
import { recordedSeconds } from "@minuta/contracts/recordings";
import type { Content, TableCell } from "pdfmake/interfaces.js";
import type { Formats } from "./print-format.ts";
import type { Proof } from "./print-proof.ts";
import { ruled } from "./print-tables.ts";

interface Printed {
  readonly protocol: Pick<Protocol, "events" | "intervals" | "provenSeconds">;
  readonly proof: Pick<Proof, "recordings">;
  readonly locale: Locale;
  readonly formats: Formats;
  /** An instant, with its date when that is not the call's first. */
  readonly moment: (at: Date) => string;
}

/** An hour of a side; of a longer call the paper names how many more there are, the signed file lists them all. */
export const FILES_PRINTED_MAX = 120;

type Permission = "journal" | "screen" | "voice" | "recording";
const permissionKinds: Readonly<Record<Permission, { given: JournalKind; refused: JournalKind | null }>> = {
  journal: { given: "consent-given", refused: null },
  screen: { given: "screen-shared", refused: "screen-refused" },
  voice: { given: "microphone-on", refused: "microphone-refused" },
  recording: { given: "recording-agreed", refused: "recording-refused" },
};

interface UsedTexts {
  readonly permissions: string;
  readonly permission: Readonly<Record<Permission, string>>;
  readonly what: string;
  readonly side: Readonly<Record<Side, string>>;
  readonly given: (at: string, times: number) => string;
  readonly refused: (at: string) => string;
  readonly files: string;
  readonly filesOf: Readonly<Record<Side, string>>;
  readonly share: (recorded: string, counted: string) => string;
  readonly time: string;
  readonly size: string;
  readonly megabytes: (size: string) => string;
  readonly cut: string;
  readonly more: (count: number) => string;
}

const usedTexts: Readonly<Record<Locale, UsedTexts>> = {
  ru: {
    permissions: "Разрешения",
    permission: { journal: "ведение журнала", screen: "показ экрана", voice: "микрофон", recording: "запись звонка" },
    what: "на что",
    side: { client: "клиент", consultant: "консультант" },
    given: (at, times) => (times === 1 ? `да, ${at}` : `да, впервые ${at}, всего ${times}`),
    refused: (at) => `отказ, ${at}`,
    files: "Файлы записи звонка",
    filesOf: { client: "записано у клиента", consultant: "записано у консультанта" },
    share: (recorded, counted) => `${recorded} из ${counted} учтённого времени`,
    time: "время, МСК",
    size: "размер",
    megabytes: (size) => `${size} МБ`,
    cut: "прервана",
    more: (count) => `И ещё ${count}: их контрольные суммы есть в файле протокола и связаны цепочкой с последней.`,
  },
  en: {
    permissions: "Permissions",
    permission: { journal: "keeping a journal", screen: "showing the screen", voice: "microphone", recording: "recording the call" },
    what: "for what",
    side: { client: "client", consultant: "consultant" },
    given: (at, times) => (times === 1 ? `yes, ${at}` : `yes, first ${at}, ${times} times`),
    refused: (at) => `refused, ${at}`,
    files: "Files of the recording",
    filesOf: { client: "recorded at the client's", consultant: "recorded at the consultant's" },
    share: (recorded, counted) => `${recorded} of ${counted} of the counted time`,
    time: "time, MSK",
    size: "size",
    megabytes: (size) => `${size} MB`,
    cut: "cut off",
    more: (count) => `And ${count} more: their hashes are in the protocol file, chained to the last one.`,
  },
};

const head = (text: string): TableCell => ({ text, style: "th" });

/** What each side allowed, when first and how often, and what it refused last. */
export function permissions(print: Printed): Content[] {
  const texts = usedTexts[print.locale];
  const names = Object.keys(permissionKinds) as Permission[];
  const rows = names.map((name): TableCell[] => [texts.permission[name], ...sides.options.map((side) => usedBy(print, side, name))]);
  const heads = [texts.what, ...sides.options.map((side) => texts.side[side])].map(head);
  return [
    { text: texts.permissions, style: "section" },
    { unbreakable: true, table: { widths: [120, "*", "*"], body: [heads, ...rows] }, layout: ruled },
  ];
}

function usedBy({ protocol, locale, moment }: Printed, side: Side, name: Permission): string {
  const texts = usedTexts[locale];
  const own = protocol.events.filter(({ actor }) => actor === side);
  const given = own.filter(({ kind }) => kind === permissionKinds[name].given);
  const refused = own.findLast(({ kind }) => kind === permissionKinds[name].refused);
  const words = [
    given[0] === undefined ? null : texts.given(moment(given[0].at), given.length),
    refused === undefined ? null : texts.refused(moment(refused.at)),
  ];
  return words.filter((word) => word !== null).join("; ") || "–";
}

/** Each recorded file of either side with its hash, and how much of the counted time they hold; nothing when nothing was to be recorded. */
export function recordedFiles(print: Printed): Content[] {
  const { protocol, proof, locale } = print;
  const agreed = ({ kind, actor }: JournalEvent, side: Side): boolean => kind === "recording-agreed" && actor === side;
  const wasToBe = sides.options.every((side) => protocol.events.some((event) => agreed(event, side)));
  if (!wasToBe && sides.options.every((side) => proof.recordings[side].length === 0)) return [];
  return [{ text: usedTexts[locale].files, style: "section" }, ...sides.options.flatMap((side) => filesOf(print, side))];
}

function filesOf({ protocol, proof, locale, formats, moment }: Printed, side: Side): Content[] {
  const texts = usedTexts[locale];
  const segments = proof.recordings[side];
  const recorded = formats.length(recordedSeconds(segments, protocol.intervals));
  const title: Content = {
    text: `${texts.filesOf[side]}: ${texts.share(recorded, formats.length(protocol.provenSeconds))}`,
    style: "label",
    margin: [0, 4, 0, 2],
  };
  if (segments.length === 0) return [title];
  const rows = segments
    .slice(0, FILES_PRINTED_MAX)
    .map(({ from, to, bytes, cut, sha256 }, before): TableCell[] => [
      { text: String(before + 1), alignment: "right" },
      `${moment(from)} – ${moment(to)}${cut ? `, ${texts.cut}` : ""}`,
      { text: texts.megabytes(formats.megabytes(bytes)), alignment: "right", noWrap: true },
      sha256,
    ]);
  const heads = ["№", texts.time, texts.size, "SHA-256"].map(head);
  const more = segments.length - rows.length;
  return [
    title,
    {
      table: { headerRows: 1, dontBreakRows: true, widths: [22, 120, 50, "*"], body: [heads, ...rows] },
      layout: ruled,
      fontSize: 7.5,
    },
    ...(more > 0 ? [{ text: texts.more(more), style: "small", margin: [0, 4, 0, 0] } satisfies Content] : []),
  ];
}
