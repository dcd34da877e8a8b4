import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { streamTable } from "./pdf-table.ts";

/** The text of each page. */
async function pagesOf(rows: readonly (readonly string[])[]): Promise<string[]> {
  const table = streamTable({
    title: "Table",
    lead: ["Lead"],
    columns: [
      { title: "Name", width: 60, right: false },
      { title: "Sum", width: 60, right: true },
    ],
    rows: (async function* () {
      for (const cells of rows) yield { cells, strong: false };
    })(),
    page: (page) => `page ${page} of `,
  });
  const folder = await mkdtemp(join(tmpdir(), "minuta-table-"));
  try {
    await writeFile(join(folder, "table.pdf"), await Array.fromAsync(table));
    const { stdout } = await promisify(execFile)("pdftotext", ["-layout", join(folder, "table.pdf"), "-"]);
    return stdout.split("\f").slice(0, -1);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("every page has the head of the table and says which of how many it is, although it was given away before the last was made", async () => {
  const pages = await pagesOf(Array.from({ length: 200 }, (_, n) => [`row ${n}`, String(n)]));
  expect(pages.length).toBeGreaterThan(3);
  for (const [at, page] of pages.entries()) {
    expect(page).toContain(`page ${at + 1} of ${pages.length}`);
    expect(page).toContain("Name");
  }
  expect(pages.join("\n").match(/row \d+/g)).toHaveLength(200);
});

test("a text longer than a page goes on on the next one, and a word longer than its column on the next line", async () => {
  const word = "Ж".repeat(40);
  const words = Array.from({ length: 150 }, (_, n) => `w${n}`);
  const pages = await pagesOf([
    [word, "1"],
    [words.join(" "), "2"],
  ]);
  const text = pages.join("\n");
  expect(text.match(/Ж/g)).toHaveLength(40);
  expect(text.match(/w\d+/g)).toEqual(words);
});

test("a table without rows is one page", async () => {
  expect(await pagesOf([])).toEqual([expect.stringContaining("page 1 of 1")]);
});
