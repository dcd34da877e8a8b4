import type { RecordingsView } from "@minuta/contracts/recordings";
import { expect, test } from "vitest";
import { recordingNow } from "./use-recording.ts";

type End = RecordingsView["client"];
const end = (consent: End["consent"], recorder: End["recorder"] = "off"): End => ({ consent, recorder, why: null });
const now = (client: End, consultant: End) => {
  const view: RecordingsView = { on: client.consent === "agreed" && consultant.consent === "agreed", client, consultant, now: new Date(0) };
  return [recordingNow(view, "client"), recordingNow(view, "consultant")];
};

test("both ends are told the same recording, each from where it stands", () => {
  expect(now(end("unasked"), end("unasked"))).toEqual(["unasked", "unasked"]);
  expect(now(end("agreed"), end("unasked"))).toEqual(["waiting", "unasked"]);
  expect(now(end("refused"), end("agreed"))).toEqual(["refusedHere", "refusedThere"]);
  expect(now(end("agreed"), end("agreed"))).toEqual(["starting", "starting"]);
  expect(now(end("agreed", "recording"), end("agreed", "recording"))).toEqual(["recording", "recording"]);
  expect(now(end("agreed", "paused"), end("agreed", "recording"))).toEqual(["paused", "paused"]);
  expect(now(end("agreed", "failing"), end("agreed", "recording"))).toEqual(["failsHere", "failsThere"]);
});

test("it never says that it records while one end does not", () => {
  for (const recorder of ["off", "paused", "failing"] as const)
    for (const words of [
      now(end("agreed", "recording"), end("agreed", recorder)),
      now(end("agreed", recorder), end("agreed", "recording")),
    ])
      expect(words).not.toContain("recording");
});
