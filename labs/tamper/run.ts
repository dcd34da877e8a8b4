/** Tampers with real protocols, many times, each time by chance of a seed, and counts what the check finds. */
import { checkProtocol } from "@minuta/contracts/check-protocol";
import { playCall, type PlayedCall, type Stage } from "./calls.ts";
import { tamperings, type Chance } from "./tamperings.ts";

export interface Tally {
  readonly mutations: number;
  readonly found: number;
  /** Names of what was not found, with the round. */
  readonly missed: readonly string[];
}

/** Calls of different lengths, with and without a pause and comments. Throws when one of them does not hold as it is. */
export async function playCalls(stage: Stage, count: number): Promise<PlayedCall[]> {
  const comments = ["Счёт учёта исправлен ✓", "Спасибо, всё проводится", "Добавлю: 26 → 44"];
  const played: PlayedCall[] = [];
  for (let n = 0; n < count; n += 1) {
    const call = await playCall(stage, { minutes: 2 + (n % 3), pauseSeconds: (n % 2) * 40, comments: comments.slice(0, n % 4) });
    const { verdict, checks, commentKeys } = await checkProtocol(new TextEncoder().encode(call.text), { server: call.signing.publicKeys });
    if (verdict !== "holds")
      throw new Error(`a real protocol does not hold: ${verdict} ${JSON.stringify(checks.filter(({ holds }) => !holds))}`);
    if (commentKeys.some((key) => key !== "shown")) throw new Error(`a comment is not taken for its side's: ${commentKeys.join(", ")}`);
    played.push(call);
  }
  return played;
}

export async function tamper(played: readonly PlayedCall[], rounds: number): Promise<Tally> {
  let [mutations, found] = [0, 0];
  const missed: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const call = played[round % played.length]!;
    const other = played[(round + 1) % played.length]!;
    for (const [name, tampering] of Object.entries(tamperings)) {
      const { bytes, knows } = await tampering({ call, other, chance: chanceOf(round * 1000 + mutations) });
      const { verdict } = await checkProtocol(bytes, { server: call.signing.publicKeys, ...knows });
      mutations += 1;
      if (verdict === "holds") missed.push(`${name} (round ${round})`);
      else found += 1;
    }
  }
  return { mutations, found, missed };
}

/** Mulberry32: the same numbers for the same seed. */
function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * n);
  };
}
