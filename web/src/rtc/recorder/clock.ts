/** How far the server's clock is from this machine's, worked out from answers that tell the server's time. Pure. */

export interface ServerClock {
  /** What to add to this machine's time to have the server's, in ms. */
  readonly offsetMs: number;
  /** How long the answer took that told it: it is wrong by half of that at the most. */
  readonly roundTripMs: number;
}

/** Nothing was told yet. */
export const SAME_CLOCK: ServerClock = { offsetMs: 0, roundTripMs: Infinity };

export interface ToldTime {
  /** Of the question and of the answer, by this machine's clock in ms. */
  readonly askedAt: number;
  readonly answeredAt: number;
  /** By the server's, between the two. */
  readonly serverAt: number;
}

/** The quickest answer is wrong by the least; what cannot be true any more, as somebody set a clock, is forgotten. */
export function adjusted(known: ServerClock, { askedAt, answeredAt, serverAt }: ToldTime): ServerClock {
  const told = { offsetMs: serverAt - (askedAt + answeredAt) / 2, roundTripMs: answeredAt - askedAt };
  const possible = Math.abs(known.offsetMs - told.offsetMs) <= (known.roundTripMs + told.roundTripMs) / 2;
  return possible && known.roundTripMs < told.roundTripMs ? known : told;
}
