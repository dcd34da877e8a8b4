/** docs/network.md: the newest outcome of every cell, so that a whole table may be played in several runs. */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Cell, Survived } from "./cell.ts";
import { plan } from "./plan.ts";
import { secondsOf, summaryOf, wayOf } from "./report.ts";

const KEPT = new URL("../../reports/network/cells.json", import.meta.url);
const TABLE = fileURLToPath(new URL("../../docs/network.md", import.meta.url));

const survived = z.object({
  on: z.string(),
  awayMs: z.number(),
  pictureInterruptionMs: z.number().nullable(),
  voiceInterruptionMs: z.number().nullable(),
  provenSeconds: z.number().nullable(),
  chargedKopecks: z.number().nullable(),
});
const cells: z.ZodType<Cell[]> = z.array(
  z.object({
    kind: z.enum(["condition", "event"]),
    name: z.string(),
    words: z.string(),
    ok: z.boolean(),
    failure: z.string().nullable(),
    firstPath: z.string().nullable(),
    path: z.string().nullable(),
    firstPictureMs: z.number().nullable(),
    event: survived.nullable(),
  }),
);

/** Keeps the outcomes beside those of earlier runs; answers the newest of every cell there is, in the table's order. */
export async function keep(played: readonly Cell[]): Promise<Cell[]> {
  const before = existsSync(KEPT) ? cells.parse(JSON.parse(await readFile(KEPT, "utf8"))) : [];
  const newest = new Map([...before, ...played].map((cell) => [cell.name, cell]));
  const all = plan().flatMap(({ name }) => newest.get(name) ?? []);
  await mkdir(new URL(".", KEPT), { recursive: true });
  await writeFile(KEPT, JSON.stringify(all, null, 2));
  return all;
}

const row = (...columns: readonly string[]): string => `| ${columns.join(" | ")} |`;

function conditionRow(cell: Cell): string {
  return row(`\`${cell.name}\``, cell.words, cell.ok ? "yes" : `**no**: ${cell.failure}`, wayOf(cell), secondsOf(cell.firstPictureMs));
}

const EMPTY: Survived = {
  on: "",
  awayMs: 0,
  pictureInterruptionMs: null,
  voiceInterruptionMs: null,
  provenSeconds: null,
  chargedKopecks: null,
};

function eventRow({ name, words, ok, failure, path, event }: Cell): string {
  const { pictureInterruptionMs, voiceInterruptionMs, awayMs, provenSeconds } = event ?? EMPTY;
  const away = ok ? secondsOf(pictureInterruptionMs) : `**not**: ${failure}`;
  return row(`\`${name}\``, words, path ?? "–", away, secondsOf(voiceInterruptionMs), secondsOf(awayMs), String(provenSeconds ?? "–"));
}

/** Writes docs/network.md. */
export async function writeTable(all: readonly Cell[]): Promise<void> {
  const [conditions, events] = [all.filter(({ kind }) => kind === "condition"), all.filter(({ kind }) => kind === "event")];
  const { connected, survived: lived } = summaryOf(all);
  await writeFile(
    TABLE,
    `${HEAD}
## Where it connects

${connected} of ${conditions.length} conditions.

${row("condition", "between the client and the world", "connected", "way: at first → after a few seconds", "first picture, s")}
${row("---", "---", "---", "---", "--:")}
${conditions.map(conditionRow).join("\n")}

## What it survives

${lived} of ${events.length} events.

${row("event", "in a running call", "way", "picture away, s", "voice away, s", "of it nothing could come, s", "s charged of it")}
${row("---", "---", "---", "--:", "--:", "--:", "--:")}
${events.map(eventRow).join("\n")}
`,
  );
}

const HEAD = `# Through which networks a call gets

Written by \`npm run lab:network -- --table\`; not by hand. A small internet is built of network namespaces: the client and the consultant
behind a gateway each, a net between, the product on its own address with TLS. Both ends are headful Chromiums on X screens of their own.

- A cell counts only when a number that changes on the client's screen is read from the pixels of the consultant's, and a known tone of each
  is heard at the other, and not at his own.
- Before every call, probes beside the browsers prove that the network is what it is called: what must not come through does not. After it
  the client's cable is pulled, and neither number nor tone may come any more. A direct way is not believed where there cannot be one.
- _First picture_: from the client's click that agrees to show his screen to the first number read from the consultant's screen.
- _Away_: the longest time without a new number (a new tone) from the event on.
- _Charged_: for how long the database holds evidence of both ends within the time in which certainly neither a new number nor the tone came
  (numbers change every 0.2 s, the tone is beeps 0.25 s apart): who hears is in a talk though he sees nothing new, and the other way round.
- Two shared cores: the figures are upper bounds, good for comparing rows of one table.
`;
