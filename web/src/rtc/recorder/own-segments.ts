/** What this browser put into the chain of its side, for its own witness: written by the uploader, one in the whole browser, before it tells the server. */
import type { CallId, Side } from "@minuta/contracts/ids";
import { ownSegment, type OwnSegment } from "@minuta/contracts/recording-chain";
import { z } from "zod/mini";
import { keep, kept } from "../../keys/store.ts";

export interface OwnSide {
  readonly callId: CallId;
  readonly side: Side;
}

const nameOf = ({ callId, side }: OwnSide): string => `${callId} ${side}`;
/** What could not be kept, on a full disk for a moment, is kept with the next. */
const remembered = new Map<string, OwnSegment[]>();

export async function ownSegments(of: OwnSide): Promise<OwnSegment[]> {
  return remembered.get(nameOf(of)) ?? z.array(ownSegment).safeParse(await kept("witnessed", nameOf(of))).data ?? [];
}

/** A segment is about to be told: the server may have it from now on, whether it answers or not. */
export async function telling(of: OwnSide, segment: Omit<OwnSegment, "toldAt">): Promise<void> {
  const before = await ownSegments(of);
  if (before.some(({ hash }) => hash === segment.hash)) return;
  await remember(of, [...before, { ...segment, toldAt: null }]);
}

/** The server has the segment: where it says, when that is a place this browser gave it, else where it was told last. */
export async function told(of: OwnSide, at: { readonly segmentId: string; readonly hash: string; readonly toldAt: number }): Promise<void> {
  const all = await ownSegments(of);
  const tries = all.filter(({ segmentId }) => segmentId === at.segmentId);
  const its = tries.find(({ hash }) => hash === at.hash) ?? tries.at(-1);
  await remember(
    of,
    all.map((segment) => (segment === its ? { ...segment, toldAt: segment.toldAt ?? at.toldAt } : segment)),
  );
}

async function remember(of: OwnSide, segments: OwnSegment[]): Promise<void> {
  remembered.set(nameOf(of), segments);
  await keep("witnessed", nameOf(of), segments);
}
