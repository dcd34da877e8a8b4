import fc from "fast-check";
import { expect, test } from "vitest";
import { JitterBuffer } from "./jitter.ts";

const RATE = 48_000;
const PACKET = 960;
const QUANTUM = 128;

/** Samples that count up from 1, so that a lost or repeated one shows. */
function source(): () => Float32Array {
  let next = 1;
  return () => Float32Array.from({ length: PACKET }, () => next++);
}
const pull = (buffer: JitterBuffer): Float32Array => {
  const out = new Float32Array(QUANTUM);
  buffer.pull(out);
  return out;
};

test("steady voice is played whole and in order after a short wait", () => {
  const buffer = new JitterBuffer(RATE);
  const speak = source();
  const heard: number[] = [];
  for (let sample = 0; sample < RATE; sample += QUANTUM) {
    if (sample % PACKET < QUANTUM) buffer.push(speak());
    heard.push(...pull(buffer));
  }
  const silence = heard.findIndex((value) => value !== 0);
  expect(silence).toBeLessThan(0.08 * RATE);
  const voice = heard.slice(silence);
  expect(voice.length).toBeGreaterThan(0.9 * RATE);
  expect(voice.every((value, index) => value === index + 1)).toBe(true);
});

test("a stall does not become a lasting delay", () => {
  const buffer = new JitterBuffer(RATE);
  const speak = source();
  const play = (seconds: number): void => {
    for (let sample = 0; sample < seconds * RATE; sample += QUANTUM) {
      if (sample % PACKET < QUANTUM) buffer.push(speak());
      pull(buffer);
    }
  };
  play(1);
  for (let sample = 0; sample < RATE; sample += QUANTUM) pull(buffer);
  for (let packet = 0; packet < 50; packet += 1) buffer.push(speak());
  play(1);
  expect(buffer.depth / RATE).toBeLessThan(0.25);
});

test("gusts make it keep more back, calm makes it keep less again", () => {
  const buffer = new JitterBuffer(RATE);
  const speak = source();
  const calm = buffer.targetSeconds;
  for (let gust = 0; gust < 10; gust += 1) {
    for (let packet = 0; packet < 10; packet += 1) buffer.push(speak());
    for (let sample = 0; sample < 0.35 * RATE; sample += QUANTUM) pull(buffer);
  }
  const gusty = buffer.targetSeconds;
  expect(gusty).toBeGreaterThan(calm * 2);
  for (let sample = 0; sample < 120 * RATE; sample += QUANTUM) {
    if (sample % PACKET < QUANTUM) buffer.push(speak());
    pull(buffer);
  }
  expect(buffer.targetSeconds).toBeLessThan(gusty / 2);
});

test("someone who mutes himself again and again is not taken for a bad line", () => {
  const buffer = new JitterBuffer(RATE);
  const speak = source();
  const calm = buffer.targetSeconds;
  for (let word = 0; word < 5; word += 1) {
    for (let packet = 0; packet < 20; packet += 1) buffer.push(speak());
    for (let sample = 0; sample < 5 * RATE; sample += QUANTUM) pull(buffer);
  }
  expect(buffer.targetSeconds).toBe(calm);
});

test("whatever comes, samples are never repeated, reordered or kept without bound", () => {
  const step = fc.oneof(fc.constant("push" as const), fc.constant("pull" as const));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const buffer = new JitterBuffer(RATE);
      const speak = source();
      let last = 0;
      for (const one of steps) {
        if (one === "push") buffer.push(speak());
        else
          for (const value of pull(buffer)) {
            if (value === 0) continue;
            expect(value).toBeGreaterThan(last);
            last = value;
          }
        expect(buffer.depth).toBeLessThanOrEqual(0.5 * RATE);
      }
    }),
  );
});
