import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkRecordings, inRanges, type GivenFile } from "./check-recordings.ts";

const bytesOf = (length: number, seed: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (at * 31 + seed * 7) & 255);
const films = { client: [bytesOf(700, 1), bytesOf(512, 2), bytesOf(700, 3)], consultant: [bytesOf(3, 4)] };
const at = new Date("2026-11-29T13:41:31.123Z");
const id = "0198c0de-0000-7000-8000-000000000001";
const segmentOf = (film: Uint8Array) => ({
  segmentId: id,
  takeId: id,
  from: at,
  to: at,
  bytes: film.length,
  sha256: createHash("sha256").update(film).digest("hex"),
  cut: false,
});
const listed = { client: films.client.map(segmentOf), consultant: films.consultant.map(segmentOf) };

const fileOf = (film: Uint8Array, name = "a.webm"): GivenFile => ({ name, content: new Blob([film.slice()]) });
const all = [...films.client, ...films.consultant].map((film) => fileOf(film));

/** As `tar` of POSIX writes it; `type` 5 is a folder. */
function tarred(files: readonly { readonly name: string; readonly film: Uint8Array; readonly type?: string }[]): Uint8Array {
  const parts = files.flatMap(({ name, film, type = "0" }) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(`${film.length.toString(8).padStart(11, "0")}\0`, 124);
    header.write(`${type}ustar`, 156);
    header.write("ustar\x0000", 257);
    return [header, film, Buffer.alloc((512 - (film.length % 512)) % 512)];
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}
const archive = (): Uint8Array =>
  tarred([
    { name: "call/", film: new Uint8Array(), type: "5" },
    ...films.client.map((film, index) => ({ name: `call/client-${index + 1}.webm`, film })),
  ]);

describe("files of a recording", () => {
  test("that are what was recorded fit, whatever they are called and in whatever order, each once", async () => {
    expect(await checkRecordings(listed, [...all.toReversed(), all[0]!])).toEqual({
      sides: { client: { fit: [1, 2, 3], missing: [] }, consultant: { fit: [1], missing: [] } },
      foreign: [],
    });
  });

  test("may be given one after the other", async () => {
    const first = await checkRecordings(listed, [all[0]!, fileOf(bytesOf(700, 9))]);
    const { sides, foreign } = await checkRecordings(listed, all.slice(2), first.sides);
    expect(sides).toEqual({ client: { fit: [1, 3], missing: [2] }, consultant: { fit: [1], missing: [] } });
    expect(foreign).toEqual([]);
  });

  test("are found changed by any one bit, and what they were is missing", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(699), fc.nat(7), async (byte, bit) => {
        const bent = films.client[0]!.with(byte, films.client[0]![byte]! ^ (1 << bit));
        const { sides, foreign } = await checkRecordings(listed, [fileOf(bent, "bent.webm"), ...all.slice(1)]);
        expect(sides.client).toEqual({ fit: [2, 3], missing: [1] });
        expect(foreign).toEqual(["bent.webm"]);
      }),
    );
  });

  test("that lack, are cut short, are of another call or are empty are told apart", async () => {
    const [cut, other, empty] = [
      fileOf(films.client[2]!.slice(0, 699), "cut"),
      fileOf(bytesOf(700, 9), "other"),
      fileOf(new Uint8Array(), "empty"),
    ];
    const { sides, foreign } = await checkRecordings(listed, [all[1]!, cut, other, empty]);
    expect(sides).toEqual({ client: { fit: [2], missing: [1, 3] }, consultant: { fit: [], missing: [1] } });
    expect(foreign).toEqual(["cut", "other", "empty"]);
  });
});

describe("an archive of them", () => {
  test("is looked into", async () => {
    const { sides, foreign } = await checkRecordings(listed, [fileOf(archive(), "a.tar"), all[3]!]);
    expect(sides).toEqual({ client: { fit: [1, 2, 3], missing: [] }, consultant: { fit: [1], missing: [] } });
    expect(foreign).toEqual([]);
  });

  test("with one changed byte of a segment names that segment's file", async () => {
    const whole = archive();
    const { sides, foreign } = await checkRecordings(listed, [fileOf(whole.with(512 + 512 + 100, whole[1124]! ^ 1), "a.tar")]);
    expect(sides.client).toEqual({ fit: [2, 3], missing: [1] });
    expect(foreign).toEqual(["client-1.webm"]);
  });

  test("that is cut short or damaged anywhere holds no more than what is whole in it, and never passes for all of it", async () => {
    const whole = archive();
    const content = whole.length - 1024;
    await fc.assert(
      fc.asyncProperty(fc.nat(content - 1), async (length) => {
        const { sides } = await checkRecordings(listed, [fileOf(whole.slice(0, length), "a.tar")]);
        expect(sides.client.fit.length + sides.client.missing.length).toBe(3);
        if (length < content - 324) expect(sides.client.missing).not.toEqual([]);
      }),
    );
    const noHeader = whole.with(512 + 512 + 1024 + 257, 0);
    expect(await checkRecordings(listed, [fileOf(noHeader, "a.tar")])).toMatchObject({
      sides: { client: { fit: [1], missing: [2, 3] } },
      foreign: ["a.tar"],
    });
  });
});

test("a file that says it begins before itself is no archive, and is read once", async () => {
  const hostile = archive();
  hostile.set(new TextEncoder().encode("-0000001000\0"), 512 + 124);
  expect(await checkRecordings(listed, [fileOf(hostile, "a.tar")])).toMatchObject({ foreign: ["a.tar"] });
});

test("numbers in order are said as ranges", () => {
  expect(inRanges([])).toBe("");
  expect(inRanges([1, 2, 3, 5, 7, 8])).toBe("1–3, 5, 7–8");
});
