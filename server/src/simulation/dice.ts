/** Chance as the simulation asks it. */
import { seededChance } from "../demo-history-plan.ts";

export interface Dice {
  /** A whole number, both bounds included. */
  int(from: number, to: number): number;
  pick<T>(of: readonly T[]): T;
  happens(probability: number): boolean;
  uuid(): string;
}

export function diceOf(seed: number): Dice {
  const chance = seededChance(seed);
  const int = (from: number, to: number): number => from + Math.floor(chance() * (to - from + 1));
  return {
    int,
    pick: (of) => of[Math.floor(chance() * of.length)]!,
    happens: (probability) => chance() < probability,
    uuid() {
      const hex = Array.from({ length: 32 }, () => int(0, 15).toString(16)).join("");
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
    },
  };
}
