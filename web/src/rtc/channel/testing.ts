/** What tests of pictures put in the place of a browser's frames and data channels. */

/** A frame of 1280 × 720; `open`: how many were made and not closed. */
export class StubFrame {
  static open = 0;
  readonly displayWidth = 1280;
  readonly displayHeight = 720;
  readonly timestamp: number;
  constructor(_: unknown, { timestamp }: { timestamp: number }) {
    this.timestamp = timestamp;
    StubFrame.open += 1;
  }
  close(): void {
    StubFrame.open -= 1;
  }
}

export class StubChannel {
  readyState = "open";
  bufferedAmount = 0;
  binaryType = "";
  other: StubChannel | null = null;
  /** Of all that was sent. */
  longest = 0;
  onmessage: ((event: { data: ArrayBuffer | string }) => void) | null = null;
  send(data: Uint8Array<ArrayBuffer> | string): void {
    this.longest = Math.max(this.longest, data.length);
    this.other?.onmessage?.({ data: typeof data === "string" ? data : data.slice().buffer });
  }
  close(): void {
    this.readyState = "closed";
  }
}

/** Two ends of one channel; what is sent is there at once. */
export function channelEnds(): [StubChannel, StubChannel] {
  const ends: [StubChannel, StubChannel] = [new StubChannel(), new StubChannel()];
  [ends[0].other, ends[1].other] = [ends[1], ends[0]];
  return ends;
}
