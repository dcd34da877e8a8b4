/**
 * `npm run demo`: plays both stories of the product, the carrier call and the marketplace call, with real browsers on virtual screens
 * against a product of its own, and leaves a folder `demo` with what was seen: pictures, papers, the money, a short film.
 */
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { callId as callIdSchema, type CallId } from "@minuta/contracts/ids";
import { ledgerApi, type StatementLine } from "@minuta/contracts/ledger";
import { kopecks, type Kopecks } from "@minuta/contracts/money";
import { beginAlbum, type Album } from "./harness/album.ts";
import { signedIn, topUp } from "./harness/api.ts";
import {
  answer,
  answerRecording,
  button,
  control,
  end,
  inCall,
  invite,
  join,
  phaseIs,
  readCode,
  reads,
  say,
  shareScreen,
  signIn,
  talkUntil,
  typeCode,
} from "./harness/journey.ts";
import { accept, describe, findInCatalogue, incoming, ring, saySolved, signInOnTheWay, wishToCall } from "./harness/market.ts";
import { startProduct, type DemoPerson, type Product } from "./harness/product.ts";
import { seesChanges } from "./harness/see.ts";
import { startStage, type Stage } from "./harness/stage.ts";
import { ru } from "./harness/words.ts";

const FOLDER = fileURLToPath(new URL("../demo", import.meta.url));
const TALK_SECONDS = 17;
const STATEMENT_LINES = 40;

/** Everything a story needs: who plays, on which pages, and the album of what is seen. */
interface Scene {
  readonly stage: Stage;
  readonly product: Product;
  readonly album: Album;
  readonly client: Page;
  readonly consultant: Page;
  readonly anna: DemoPerson;
  readonly olga: DemoPerson;
}

/** The client shows his screen and both switch on their microphones; the consultant's screen proves that it is seen. */
async function meet({ stage, client, consultant }: Scene, recording: "agree" | "refuse"): Promise<void> {
  for (const page of [client, consultant]) await answerRecording(page, recording);
  await shareScreen(client);
  await control(client, "microphoneOn").click();
  await control(consultant, "microphoneOn").click();
  await seesChanges(stage, [73, 180]);
  await Promise.all([phaseIs(client, "live"), phaseIs(consultant, "live")]);
}

/** The consultant leads the pointer over the client's picture while something changes there. */
async function showAround({ stage, consultant }: Scene): Promise<void> {
  const box = await consultant.getByRole("application").boundingBox();
  if (box === null) throw new Error("no picture to point at");
  const stops = [0.2, 0.35, 0.5, 0.65, 0.8, 0.6, 0.4] as const;
  for (const [turn, share] of stops.entries()) {
    await consultant.mouse.move(box.x + box.width * share, box.y + box.height * (1 - share), { steps: 12 });
    stage.marker.show((turn * 37 + 11) % 256);
    await consultant.waitForTimeout(600);
  }
}

/** The paper of a call as its party downloads it, and the file with the signatures. */
async function keepProtocol({ product, album }: Scene, party: Page, paper: { callId: CallId; name: string }): Promise<void> {
  for (const form of ["pdf", "json"]) {
    const reply = await party.request.get(`${product.address}/api/journal/${paper.callId}/protocol.${form}`);
    if (!reply.ok()) throw new Error(`the protocol of ${paper.callId} as ${form}: ${reply.status()}`);
    await album.paper(`${paper.name}.${form}`, await reply.body());
  }
  await party.goto(`${product.address}/call/${paper.callId}/protocol`);
  await party.getByRole("heading", { level: 1 }).waitFor();
  await album.page(paper.name, party);
}

/** The page after a call is there. */
const protocolOffered = async (page: Page): Promise<void> => await page.getByRole("link", { name: ru("after.openProtocol") }).waitFor();

/** The consultant brings the client: a code read aloud, a guest without an account, a ruble a minute paid by the consultant. */
async function carrierStory(scene: Scene): Promise<void> {
  const { stage, product, album, client, consultant, anna } = scene;
  await signIn(consultant, product, anna);
  await client.goto(`${product.address}/join`);
  await album.screens("carrier-before");
  await invite(consultant, {
    task: "Не проводится документ реализации",
    configuration: "Бухгалтерия предприятия, ред. 3.0",
    ownRate: "45",
  });
  const code = await readCode(consultant);
  await typeCode(client, product.address, code);
  await button(client, "join.submit").waitFor();
  await album.screens("carrier-invitation");
  await album.page("carrier-what-the-client-agrees-to", client);
  const callId = callIdSchema.parse(await join(client, "Фёдор Михайлович"));
  await Promise.all([button(consultant, "joined.go").waitFor(), control(client, "share").waitFor()]);
  await album.screens("carrier-client-came");
  await answer(consultant);
  await meet(scene, "agree");
  await album.screens("carrier-screen-is-seen");
  const filmed = await album.film("call", stage.consultant, async () => await showAround(scene));
  if (!filmed) console.log("no film: ffmpeg is not installed");
  await album.screens("carrier-consultant-points");
  await say(client, "Вот здесь не проводится документ");
  await reads(consultant, "Вот здесь не проводится документ");
  await album.screens("carrier-chat");
  await talkUntil(consultant, TALK_SECONDS);
  await end(consultant);
  await client.waitForURL("**/after");
  await Promise.all([protocolOffered(client), protocolOffered(consultant)]);
  await album.screens("carrier-after");
  await keepProtocol(scene, consultant, { callId, name: "carrier-protocol" });
}

/** The client finds the consultant, calls, pays his price by the minute and says that it is solved. */
async function marketplaceStory(scene: Scene): Promise<void> {
  const { product, album, client, consultant, anna, olga } = scene;
  await consultant.goto(`${product.address}/cabinet/work`);
  const card = await findInCatalogue(client, product.address, anna);
  await album.screens("marketplace-catalogue");
  await wishToCall(card, anna);
  await signInOnTheWay(client, olga);
  await describe(client, {
    task: "Не закрывается месяц: остаток на счёте 20",
    configuration: "Бухгалтерия предприятия, ред. 3.0",
    release: "3.0.150.22",
  });
  await album.page("marketplace-what-to-solve", client);
  await ring(client);
  await Promise.all([incoming(consultant).waitFor(), client.getByTestId("ring-left").waitFor()]);
  await album.screens("marketplace-it-rings");
  const callId = await accept(consultant);
  await inCall(client);
  await meet(scene, "refuse");
  await album.screens("marketplace-screen-is-seen");
  await talkUntil(client, TALK_SECONDS);
  await album.screens("marketplace-minutes-run");
  await end(client);
  await consultant.waitForURL("**/after");
  await Promise.all([button(client, "outcome.solved").waitFor(), consultant.getByText(ru("outcome.waitingTitle")).waitFor()]);
  await album.screens("marketplace-is-it-solved");
  await saySolved(client);
  await consultant.getByText(ru("outcome.doneFor.client")).waitFor();
  await album.page("marketplace-settled-client", client);
  await album.page("marketplace-settled-consultant", consultant);
  await keepProtocol(scene, client, { callId, name: "marketplace-protocol" });
}

/** What both find in their cabinets afterwards. */
async function cabinets({ product, album, client, consultant }: Scene): Promise<void> {
  const views = [
    { of: "client", page: client, side: "client" },
    { of: "consultant", page: consultant, side: "consultant" },
  ] as const;
  for (const { of, page, side } of views) {
    for (const tab of ["statement", "statistics"] as const) {
      await page.goto(`${product.address}/cabinet?tab=${tab}&side=${side}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.waitForLoadState("networkidle");
      await album.page(`cabinet-${tab}-${of}`, page);
    }
  }
}

const rubles = (sum: Kopecks): string => {
  const plain: bigint = sum;
  const size = plain < 0n ? -plain : plain;
  return `${sum < 0n ? "−" : ""}${size / 100n},${String(size % 100n).padStart(2, "0")}`;
};
const moment = new Intl.DateTimeFormat("ru-RU", { timeZone: "Europe/Moscow", dateStyle: "short", timeStyle: "medium" });
const line = ({ occurredAt, amount, balanceAfter, kind, reason }: StatementLine): string => {
  const words = [ru(`statement.kind.${kind}`), reason].filter((part) => part !== "").join(": ");
  return [moment.format(occurredAt), rubles(amount).padStart(12), rubles(balanceAfter).padStart(12), words].join("  ");
};

/** The wallets and the last lines of the statements of those who played, and the proof of all the money there is. */
async function ledgerAsText({ product, anna, olga }: Scene): Promise<string> {
  const parts: string[] = [];
  for (const person of [olga, anna]) {
    const caller = await signedIn(product, person);
    const { balance, reserved, held, earned } = await caller.wallet();
    const { lines } = await caller.ask(ledgerApi.statement, { query: { limit: STATEMENT_LINES } });
    const sums = { "wallet.free": balance, "wallet.reserved": reserved, "wallet.held": held, "earnings.payable": earned };
    const wallet = Object.entries(sums).map(([words, sum]) => `${ru(words)}: ${rubles(sum)}`);
    parts.push(`${person.name}\n${wallet.join("; ")}\n\n${lines.toReversed().map(line).join("\n")}\n`);
  }
  return [...parts, await product.proveMoney()].join("\n");
}

async function play(stage: Stage, product: Product): Promise<string> {
  const [anna, olga] = [await product.demo("anna@minuta.example"), await product.demo("olga@minuta.example")];
  await topUp(product, olga.email, kopecks(100_000));
  const album = await beginAlbum(FOLDER, stage);
  stage.marker.show(1);
  const [left, right] = await Promise.all([stage.client.openBrowser(), stage.consultant.openBrowser()]);
  const scene: Scene = { stage, product, album, client: left.page, consultant: right.page, anna, olga };
  try {
    await carrierStory(scene);
    await marketplaceStory(scene);
    await cabinets(scene);
    const ledger = await ledgerAsText(scene);
    await album.paper("ledger.txt", ledger);
    return `${album.pictures} pictures, 2 protocols, ledger.txt: ${ledger.trim().split("\n").at(-1) ?? ""}`;
  } catch (error) {
    await album.screens("stopped-here");
    throw error;
  } finally {
    await Promise.all([left.close(), right.close()]);
  }
}

async function main(): Promise<void> {
  const began = performance.now();
  // A demo never plays on somebody's own database.
  process.env["DATABASE_URL"] = "";
  const [stage, product] = await Promise.all([startStage(), startProduct({ withPast: true })]);
  try {
    const summary = await play(stage, product);
    console.log(`${FOLDER}\n${summary} (${Math.round((performance.now() - began) / 1000)} s)`);
  } finally {
    await Promise.all([stage.stop(), product.stop()]);
  }
}

await main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
