import { noMedia, type EndMedia } from "@minuta/contracts/wire";
import { expect, test } from "vitest";
import { mediaEvents } from "./events.ts";

const kinds = (before: Partial<EndMedia>, now: Partial<EndMedia>): string[] =>
  mediaEvents({ ...noMedia, ...before }, { ...noMedia, ...now }).map(({ kind }) => kind);

test("sharing, blanking and stopping the screen are written down, each once", () => {
  expect(kinds({}, { screen: "on" })).toEqual(["screen-shared"]);
  expect(kinds({ screen: "on" }, { screen: "blanked" })).toEqual(["blanked"]);
  expect(kinds({ screen: "blanked" }, { screen: "on" })).toEqual(["unblanked"]);
  expect(kinds({ screen: "blanked" }, { screen: "off" })).toEqual(["screen-stopped"]);
  expect(kinds({}, { screen: "refused" })).toEqual(["screen-refused"]);
  expect(kinds({ screen: "refused" }, { screen: "off" })).toEqual([]);
});

test("who stopped the screen is written down: the person, or the browser's own bar", () => {
  expect(mediaEvents({ ...noMedia, screen: "on" }, { ...noMedia, screen: "stopped-by-browser" })).toEqual([
    { kind: "screen-stopped", facts: { by: "browser" } },
  ]);
  expect(mediaEvents({ ...noMedia, screen: "on" }, noMedia)).toEqual([{ kind: "screen-stopped", facts: { by: "person" } }]);
});

test("a muted microphone is off, a refused one was never on", () => {
  expect(kinds({}, { microphone: "on" })).toEqual(["microphone-on"]);
  expect(kinds({ microphone: "on" }, { microphone: "muted" })).toEqual(["microphone-off"]);
  expect(kinds({}, { microphone: "missing" })).toEqual(["microphone-refused"]);
});

test("several changes at once are several events, and no change is none", () => {
  expect(kinds({}, { screen: "on", microphone: "on", path: "websocket" })).toEqual(["screen-shared", "microphone-on", "path-changed"]);
  expect(kinds({ screen: "on", path: "websocket" }, { screen: "on", path: "websocket" })).toEqual([]);
});
