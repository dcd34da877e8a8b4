import { expect, test } from "vitest";
import { Underway } from "./underway.ts";

const picture = (sentAt: number, keyFrame = false) => ({ sentAt, bytes: 1000, keyFrame });

test("a picture that arrived takes those before it from the way: they came or were dropped", () => {
  const underway = new Underway();
  for (const sequence of [1, 2, 3]) underway.add(sequence, picture(sequence * 10));
  expect(underway.arrived(2)).toMatchObject({ sentAt: 20, alone: false });
  expect(underway.size).toBe(1);
  expect(underway.arrived(2), "its word comes a second time").toBeNull();
});

test("a picture nobody tells of is given up after a while, and at once when it is known to be dropped", () => {
  const underway = new Underway();
  underway.add(1, picture(0, true));
  underway.timePassed(3_900);
  expect(underway.size).toBe(1);
  underway.timePassed(4_100);
  expect(underway.size).toBe(0);
  underway.add(2, picture(5_000, true));
  underway.clear();
  expect(underway.size).toBe(0);
});

test("a key frame on its way is known, so that none is sent beside it", () => {
  const underway = new Underway();
  underway.add(1, picture(0));
  expect(underway.hasKeyFrame).toBe(false);
  underway.add(2, picture(10, true));
  expect(underway.hasKeyFrame).toBe(true);
  underway.arrived(2);
  expect(underway.hasKeyFrame).toBe(false);
});
