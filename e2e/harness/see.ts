/** What a person at a desk sees and hears, told by pixels and sound only. */
import { expect } from "@playwright/test";
import { readMarker, type Marker } from "./marker.ts";
import { until } from "./process.ts";
import type { Desk, Stage } from "./stage.ts";
import { soundsIn } from "./tone.ts";

const LISTENING_SECONDS = 1.5;

/** Draws the number on the client's screen and waits until the consultant's screen shows it. */
async function seeNumber(marker: Marker, at: Desk, value: number): Promise<void> {
  marker.show(value);
  await until(
    `the number ${value} on the other screen`,
    async () => (readMarker(await at.screen.pixels()) === value ? value : null),
    30_000,
  );
}

/** Proves that the consultant's screen follows the client's: every number drawn there is read here. */
export async function seesChanges(stage: Stage, values: readonly number[]): Promise<void> {
  for (const value of values) await seeNumber(stage.marker, stage.consultant, value);
}

/** Waits until the pitch is heard from the desk's loudspeaker. */
export async function hears(at: Desk, hertz: number): Promise<void> {
  await until(`a tone of ${hertz} Hz`, async () => (soundsIn(await at.ear.listen(LISTENING_SECONDS), hertz) ? true : null), 40_000);
}

/** Proves that a pitch is not heard. */
export async function hearsNothingOf(at: Desk, hertz: number): Promise<void> {
  expect(soundsIn(await at.ear.listen(LISTENING_SECONDS), hertz), `${hertz} Hz from the loudspeaker`).toBe(false);
}
