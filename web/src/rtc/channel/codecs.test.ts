import { afterEach, expect, it, vi } from "vitest";
import { asHeavyAs, chooseCodec, isAnyLeft, type Codec } from "./codecs.ts";

const size = { width: 1280, height: 720 };
const all = ["av1", "vp9", "h264", "vp8"];

afterEach(() => vi.unstubAllGlobals());

/** A browser that makes these codecs, as WebCodecs calls them. */
function makes(...codecs: readonly string[]): void {
  const isConfigSupported = ({ codec }: { codec: string }): Promise<{ supported: boolean }> =>
    Promise.resolve({ supported: codecs.some((one) => codec.startsWith(one)) });
  vi.stubGlobal("VideoEncoder", { isConfigSupported });
}

async function chosen(shows: readonly string[], tooSlow: readonly string[] = []): Promise<Codec> {
  const codec = await chooseCodec(shows, tooSlow, size);
  if (codec === null) throw new Error("none was chosen");
  return codec;
}

it("takes the best codec that one end makes and the other shows", async () => {
  makes("av01", "vp09", "avc1", "vp8");
  expect((await chosen(all)).name).toBe("av1");
  expect((await chosen(["vp8", "vp9"])).name).toBe("vp9");
  makes("avc1", "vp8");
  expect((await chosen(all)).name).toBe("h264");
  expect(await chooseCodec(["av1"], [], size)).toBeNull();
});

it("takes no codec as heavy as the one that was too slow", async () => {
  makes("av01", "vp09", "avc1", "vp8");
  const tooSlow = asHeavyAs(await chosen(all));
  expect(tooSlow).toEqual(["av1", "vp9"]);
  const lighter = await chosen(all, tooSlow);
  expect(lighter.name).toBe("h264");
  expect(asHeavyAs(lighter)).toEqual(["h264"]);
});

it("knows when no codec is left, whatever else the other end says that it shows", () => {
  expect(isAnyLeft([...all, "jpeg"], ["av1", "vp9"])).toBe(true);
  expect(isAnyLeft(["av1", "vp9", "jpeg", "data-channel"], ["av1", "vp9"])).toBe(false);
});
