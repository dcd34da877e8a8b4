/** How money moves, step by step, for people: what is run here is printed to docs/ledger-examples.md, and differs from it in no letter. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { testDatabase, type TestDatabase } from "../../testing.ts";

let base: TestDatabase;
beforeAll(async () => {
  base = await testDatabase();
  await base.setClock(new Date("2026-11-23T09:00:00.000Z"));
});
afterAll(() => base.close());

const sql = async (text: string) => (await base.db.pool.query(text)).rows;

/** Names of the example stand for numbers of the database. */
const words: Readonly<Record<string, string>> = {
  "‹olga's wallet›": "(select id from ledger.account where name = 'wallet:olga')",
  "‹the call's purse›": "(select max(id) from ledger.purse)",
};
const played = (text: string): string => Object.entries(words).reduce((all, [word, means]) => all.replaceAll(word, means), text);

const pockets = `select name, balance from ledger.account where balance <> 0
  union all select 'reserved:call ' || id, reserved from ledger.purse where reserved <> 0
  union all select 'held:call ' || id, held from ledger.purse where held <> 0`;

const rubles = (of: bigint): string =>
  `${of < 0n ? "-" : ""}${String(of < 0n ? -of : of)
    .padStart(3, "0")
    .replace(/(..)$/, ".$1")}`;

const table = (rows: readonly { name: string; balance: bigint }[]): string => {
  const lines = rows.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, balance }) => [name, rubles(balance)] as const);
  const total = rows.reduce((all, { balance }) => all + balance, 0n);
  return [...lines, ["sum", rubles(total)] as const].map(([name, amount]) => `${name.padEnd(20)}${amount.padStart(10)}`).join("\n");
};

interface Step {
  readonly title: string;
  readonly why: string;
  readonly run: string;
}

const movement = (of: string): string => `select ledger.post_batch(array[\n  ${of}\n])::text as answer`;

const steps: readonly Step[] = [
  {
    title: "Olga tops up by 100 roubles",
    why: "The bank is the world outside: it is minus what came in, so that everything together is zero.",
    run: movement(
      "('payment:17', 'top-up', null, ledger.open_account('bank'), ledger.open_account('wallet:olga'), 10000, null, false, 'payment 17', platform.now())::ledger.movement",
    ),
  },
  {
    title: "The same payment is told again",
    why: "The key is known and the body is the same: nothing moves.",
    run: movement(
      "('payment:17', 'top-up', null, ledger.open_account('bank'), ledger.open_account('wallet:olga'), 10000, null, false, 'payment 17', platform.now())::ledger.movement",
    ),
  },
  {
    title: "A call at 25 roubles a minute opens, and three minutes are set aside",
    why: "Money set aside cannot be spent twice, by her other calls either.",
    run: `select ledger.open_purse(‹olga's wallet›, gen_random_uuid());\n${movement("ledger.quota(‹the call's purse›, ‹olga's wallet›, 0, 7500, false, platform.now())")}`,
  },
  {
    title: "The first minute begins",
    why: "A charge moves from reserved to held: it waits for the outcome. The wallet is not touched.",
    run: "select ledger.post_charges(array[‹the call's purse›], array[0], array[2500], array[0], platform.now())::text as answer",
  },
  {
    title: "Two servers charge the same minute",
    why: "Whoever says “charged so far: 0” comes late.",
    run: "select ledger.post_charges(array[‹the call's purse›], array[0], array[2500], array[0], platform.now())::text as answer",
  },
  {
    title: "More is wanted than the wallet has",
    why: "25 roubles are free, 75 are asked for: the answer is “short”, and nothing moves.",
    run: movement("ledger.quota(‹the call's purse›, ‹olga's wallet›, 7500, 7500, false, platform.now())"),
  },
  {
    title: "The call ends: what was set aside and not used goes back",
    why: "",
    run: movement("ledger.quota_return(‹the call's purse›, ‹olga's wallet›, 0, 5000, platform.now())"),
  },
  {
    title: "Olga says it is solved: a tenth is the platform's, the rest is earned",
    why: "One batch: both or neither.",
    run: movement(
      "ledger.settlement(‹the call's purse›, ledger.open_account('platform:fee'), 0, 250, '', platform.now()),\n  ledger.settlement(‹the call's purse›, ledger.open_account('earned:ivan'), 250, 2250, '', platform.now())",
    ),
  },
  {
    title: "Payment 17 was 110 roubles, not 100",
    why: "No entry is ever changed: a mistake is answered by a correction with its reason.",
    run: movement(
      "('correction:1', 'correction', null, ledger.open_account('bank'), ‹olga's wallet›, 1000, null, false, 'payment 17 was entered short', platform.now())::ledger.movement",
    ),
  },
];

const head = `# How money moves

Each step below was run on a real database by \`server/src/domains/ledger/examples.db.test.ts\`, which fails when this page is not what
happened (written anew by \`npm run check:database -- examples -u\`). Under each step: every pocket that is not empty, in roubles.
`;

test("the printed examples are what happens", async () => {
  const printed = [head];
  for (const { title, why, run } of steps) {
    const statements = played(run).split(";\n");
    let answer = "";
    for (const statement of statements) answer = String((await sql(statement))[0].answer ?? "");
    const after = await sql(pockets);
    expect(after.reduce((all, { balance }) => all + balance, 0n)).toBe(0n);
    printed.push(
      `## ${title}\n`,
      ...(why === "" ? [] : [`${why}\n`]),
      `\`\`\`sql\n${run};\n\`\`\`\n`,
      `\`\`\`text\nanswer: ${answer}\n\n${table(after)}\n\`\`\`\n`,
    );
  }
  const statement = await sql(
    `select kind::text as name, amount as balance from ledger.movement_view where account = ${words["‹olga's wallet›"]} order by transfer`,
  );
  const lines = statement.map(({ name, balance }) => `${name.padEnd(20)}${rubles(balance).padStart(10)}`);
  printed.push("## Olga's statement\n", `\`\`\`text\n${lines.join("\n")}\n\`\`\`\n`);
  await expect(printed.join("\n")).toMatchFileSnapshot("../../../../docs/ledger-examples.md");
});
