/** The parts of the printed protocol that others rely on: whose signatures stand under it, and drafts of the consultant's own papers. */
import { signedMinutes, type SignedMinute } from "@minuta/contracts/check-protocol";
import type { Side } from "@minuta/contracts/ids";
import type { Protocol } from "@minuta/contracts/journal";
import type { ProtocolFile } from "@minuta/contracts/protocol-file";
import { hashesOfSegments } from "@minuta/contracts/recording-chain";
import { fingerprintOf } from "@minuta/contracts/signing";
import { hashOfStatement, type ChainPlace } from "@minuta/contracts/statement";
import type { Content, TableCell } from "pdfmake/interfaces.js";
import type { Formats } from "./print-format.ts";
import { proofTexts, type ProofTexts } from "./print-proof-texts.ts";
import { bare, ruled } from "./print-tables.ts";

/** What was stated and signed, and where that can be checked. */
export interface Proof extends Pick<ProtocolFile, "statements" | "keys" | "recordings"> {
  readonly serverKey: string;
  /** The product's address as people see it, without a slash at the end. */
  readonly publicUrl: string;
}

interface Printed {
  readonly protocol: Protocol;
  readonly proof: Proof;
  readonly locale: "ru" | "en";
  readonly formats: Formats;
}

const QR_POINTS = 84;

/** Who signed which minutes, with which keys; a QR code that leads to the check and carries the last signed sum with it. */
export function signatures({ protocol, proof, locale, formats }: Printed): Content[] {
  const texts = proofTexts[locale];
  const last = lastPlace(proof);
  const rows = [
    [texts.serverKey, inFours(fingerprintOf(proof.serverKey))],
    ...(["client", "consultant"] as const).map((side) => [texts.key[side], keyOf(proof, side, texts)]),
    [texts.lastStatement, last === null ? texts.none : `${last.n}: ${inFours(last.hash)}`],
    ...(["client", "consultant"] as const).map((side) => [texts.recording[side], recordingOf({ protocol, proof }, side, texts)]),
  ];
  const body = rows.map(([label, value]): TableCell[] => [
    { text: label ?? "", color: "#5f6b7a" },
    { text: value ?? "", fontSize: 8 },
  ]);
  const address = `${proof.publicUrl}/verify`;
  const qr = last === null ? address : `${address}#${protocol.call.id}.${last.n}.${last.hash}`;
  return [
    { text: texts.title, style: "section" },
    {
      unbreakable: true,
      columns: [
        {
          width: "*",
          stack: [minuteTable(proof, { texts, formats }), { table: { widths: [122, "*"], body }, layout: bare, margin: [0, 8, 0, 0] }],
        },
        {
          width: QR_POINTS + 16,
          stack: [
            { qr, fit: QR_POINTS, alignment: "right" },
            { text: texts.scan, style: "small", alignment: "right", margin: [0, 4, 0, 0] },
          ],
        },
      ],
    },
    { text: texts.how(address), style: "small", margin: [0, 6, 0, 0] },
  ];
}

function lastPlace({ statements }: Proof): ChainPlace | null {
  const last = statements.at(-1);
  if (last === undefined) return null;
  const { countersignatures: _, signature: __, ...said } = last;
  return { n: last.n, hash: hashOfStatement(said), provenSeconds: last.provenSeconds };
}

const keyOf = ({ keys }: Proof, side: Side, texts: ProofTexts): string => {
  const own = new Map(
    keys
      .filter((key) => key.side === side)
      .map((key) => [key.publicKey, `${inFours(fingerprintOf(key.publicKey))} (${texts.kind[key.kind]})`]),
  );
  return own.size === 0 ? texts.none : [...own.values()].join("\n");
};

function recordingOf({ protocol, proof }: Pick<Printed, "protocol" | "proof">, side: Side, texts: ProofTexts): string {
  const segments = proof.recordings[side];
  const last = hashesOfSegments({ callId: protocol.call.id, side }, segments).at(-1);
  return last === undefined ? texts.none : `${texts.segments(segments.length)}: ${inFours(last)}`;
}

const inFours = (hex: string): string => hex.replaceAll(/(.{4})(?=.)/g, "$1 ");

/** Minutes signed alike are one row. */
function minuteTable({ statements }: Proof, { texts, formats }: { texts: ProofTexts; formats: Formats }): Content {
  const folded = signedMinutes(statements).reduce<SignedMinute[]>((rows, minute) => {
    const last = rows.at(-1);
    if (minute.toSecond === minute.fromSecond) return rows;
    if (last === undefined || last.client !== minute.client || last.consultant !== minute.consultant) return [...rows, minute];
    return [...rows.slice(0, -1), { ...minute, fromSecond: last.fromSecond }];
  }, []);
  if (folded.length === 0) return { text: texts.nothingSigned };
  const mark = (signed: boolean): TableCell => ({ text: signed ? texts.signed : texts.unsigned, bold: signed });
  const rows = folded.map((row): TableCell[] => [
    `${formats.length(row.fromSecond)} – ${formats.length(row.toSecond)}`,
    mark(true),
    mark(row.client),
    mark(row.consultant),
  ]);
  const headings = [texts.countedTime, texts.server, texts.client, texts.consultant].map((text): TableCell => ({ text, style: "th" }));
  return { table: { headerRows: 1, widths: ["*", "auto", "auto", "auto"], body: [headings, ...rows] }, layout: ruled };
}

/** Of a carrier call with the consultant's own rate: an invoice and an act in his name, to be finished by him. The platform moves none of it. */
export function draftPapers({ protocol, locale, formats }: Printed): Content[] {
  const { ownSum, call, chargeableSeconds } = protocol;
  const { ownRateKopecks } = call;
  if (ownSum === null || ownSum === 0n || ownRateKopecks === null || call.endedAt === null) return [];
  const texts = proofTexts[locale];
  const { consultant, client } = call;
  const parties: [string, string][] = [
    [texts.executor, named(consultant.firm ?? consultant.name, consultant.inn, texts)],
    [texts.customer, named(client.organisation ?? client.name, client.inn, texts)],
    [texts.basis, texts.basisOf(protocol.number, formats.dateTime(call.openedAt))],
  ];
  // Made anew for each paper: the printer writes into what it is given.
  const service = (): TableCell[] => [
    { text: texts.service(call.task || texts.serviceWithoutTask) },
    { text: texts.minutes(formats.minutes(chargeableSeconds)), alignment: "right", noWrap: true },
    { text: formats.money(BigInt(ownRateKopecks) as Protocol["charged"]), alignment: "right", noWrap: true },
    { text: formats.money(ownSum), alignment: "right", bold: true, noWrap: true },
  ];
  const heads = () =>
    [texts.what, texts.quantity, texts.price, texts.sum].map((text, index): TableCell => ({
      text,
      style: "th",
      alignment: index === 0 ? "left" : "right",
    }));
  const paper = (title: string, closing: string, first: boolean): Content => ({
    ...(first ? { pageBreak: "before" as const } : { margin: [0, 34, 0, 0] }),
    unbreakable: !first,
    stack: [
      { text: title, fontSize: 15, bold: true },
      { text: texts.draft, style: "small", margin: [0, 2, 0, 8] },
      {
        table: { widths: [90, "*"], body: parties.map(([label, value]): TableCell[] => [{ text: label, color: "#5f6b7a" }, value]) },
        layout: bare,
      },
      { table: { headerRows: 1, widths: ["*", "auto", "auto", "auto"], body: [heads(), service()] }, layout: ruled, margin: [0, 8, 0, 0] },
      { text: texts.total(formats.money(ownSum)), bold: true, alignment: "right", margin: [0, 6, 8, 0] },
      { text: texts.tax, style: "small", margin: [0, 4, 0, 0] },
      { text: closing, margin: [0, 10, 0, 0] },
      {
        columns: [{ text: `${texts.executor}: ____________________` }, { text: `${texts.customer}: ____________________` }],
        margin: [0, 22, 0, 0],
      },
    ],
  });
  return [paper(texts.invoice, texts.payBy, true), paper(texts.act, texts.accepted, false)];
}

const named = (name: string, inn: string | null, texts: ProofTexts): string => (inn === null ? name : `${name}, ${texts.inn} ${inn}`);
