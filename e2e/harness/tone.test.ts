import { expect, test } from "vitest";
import { beeps, longestSilence, shareOfTone, soundsIn } from "./tone.ts";

const RATE = 16_000;

function tone(hertz: number, seconds: number, volume = 8000): Int16Array {
  return Int16Array.from({ length: seconds * RATE }, (_, n) => Math.round(volume * Math.sin((2 * Math.PI * hertz * n) / RATE)));
}

function noise(seconds: number): Int16Array {
  let state = 12_345;
  return Int16Array.from({ length: seconds * RATE }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return (state % 16_000) - 8000;
  });
}

/** Every third sample of the 48 kHz file a browser is given. */
function file(hertz: number): Int16Array {
  const wav = beeps(hertz);
  return Int16Array.from({ length: Math.floor((wav.length - 44) / 6) }, (_, n) => wav.readInt16LE(44 + n * 6));
}

test("a pure tone is nearly all of its own pitch and nothing of another", () => {
  expect(shareOfTone(tone(440, 0.1), 440)).toBeGreaterThan(0.95);
  expect(shareOfTone(tone(660, 0.1), 440)).toBeLessThan(0.02);
});

test("the beeps given to a browser are heard as their own pitch only", () => {
  expect(soundsIn(file(440), 440)).toBe(true);
  expect(soundsIn(file(440), 660)).toBe(false);
});

test("a tone is heard through noise half as loud", () => {
  const hiss = noise(1);
  expect(
    soundsIn(
      tone(660, 1).map((sample, n) => sample + Math.round((hiss[n] ?? 0) / 2)),
      660,
    ),
  ).toBe(true);
});

test("silence, noise and a hum too faint to be heard are no tone", () => {
  expect(soundsIn(new Int16Array(RATE), 440)).toBe(false);
  expect(soundsIn(noise(1), 440)).toBe(false);
  expect(soundsIn(tone(440, 1, 20), 440)).toBe(false);
  expect(soundsIn(new Int16Array(0), 440)).toBe(false);
});

test("the pauses between beeps are no interruption, a voice that was away for two seconds is", () => {
  const talk = file(440);
  expect(longestSilence(talk, 440).ms).toBeLessThanOrEqual(100);
  const broken = talk.map((sample, n) => (n > 3 * RATE && n < 5 * RATE ? 0 : sample));
  const away = longestSilence(broken, 440);
  expect(away.ms).toBeGreaterThan(1700);
  expect(away.ms).toBeLessThan(2500);
  expect(Math.abs(away.began - 3000)).toBeLessThan(350);
});
