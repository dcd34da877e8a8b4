/** What the recorder and the uploader ask of the server. They run in workers, beside the pages' own client. */
import type { Endpoint } from "@minuta/contracts/endpoint";
import type { CallId } from "@minuta/contracts/ids";
import { problemBody, type ProblemType } from "@minuta/contracts/problem";
import {
  recordingsApi,
  type RecorderState,
  type RecordingHead,
  type RecordingTrouble,
  type SegmentFacts,
} from "@minuta/contracts/recordings";
import { z } from "zod/mini";

/** `refused`: an answer that will be the same next time. `away`: none, or one that may change; to be asked again. */
export type Answer<T> =
  | { readonly is: "done"; readonly reply: T }
  | { readonly is: "refused"; readonly type: ProblemType; readonly facts: Readonly<Record<string, unknown>> }
  | { readonly is: "away" };

interface Asked {
  readonly origin: string;
  readonly params: Readonly<Record<string, string | number>>;
  readonly body?: BodyInit;
}

const ASK_WITHIN_MS = 60_000;

async function ask<E extends Endpoint>(endpoint: E, { origin, params, body }: Asked): Promise<Answer<z.output<E["reply"]>>> {
  const path = endpoint.path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const type = typeof body === "string" ? "application/json" : "application/octet-stream";
  try {
    const answer = await fetch(`${origin}${path}`, {
      method: endpoint.method,
      credentials: "same-origin",
      priority: "low",
      signal: AbortSignal.timeout(ASK_WITHIN_MS),
      ...(body === undefined ? {} : { body, headers: { "content-type": type } }),
    });
    const told: unknown = await answer.json();
    if (answer.ok) return { is: "done", reply: endpoint.reply.parse(told) as z.output<E["reply"]> };
    const problem = problemBody.safeParse(told).data;
    const mayChange = problem === undefined || answer.status >= 500 || answer.status === 429;
    return mayChange ? { is: "away" } : { is: "refused", type: problem.type, facts: problem.facts };
  } catch {
    return { is: "away" };
  }
}

interface Telling {
  readonly origin: string;
  readonly callId: CallId;
  readonly takeId: string;
  readonly recorder: RecorderState;
  readonly why: RecordingTrouble | null;
}

/** Answers the server's time; null: it was not reached. */
export async function tellRecorder({ origin, callId, takeId, recorder, why }: Telling): Promise<Date | null> {
  const answer = await ask(recordingsApi.tell, { origin, params: { callId, takeId }, body: JSON.stringify({ recorder, why }) });
  return answer.is === "done" ? answer.reply.recordings.now : null;
}

export const askHead = (origin: string, callId: CallId): Promise<Answer<{ head: RecordingHead }>> =>
  ask(recordingsApi.head, { origin, params: { callId } });

export interface Adding {
  readonly segment: SegmentFacts;
  readonly n: number;
  readonly hash: string;
}

export const addSegment = (origin: string, callId: CallId, adding: Adding) =>
  ask(recordingsApi.add, { origin, params: { callId }, body: JSON.stringify(z.encode(recordingsApi.add.body, adding)) });

interface OfSegment {
  readonly origin: string;
  readonly callId: CallId;
  readonly segmentId: string;
}

export const askMissing = ({ origin, ...params }: OfSegment) => ask(recordingsApi.missing, { origin, params });

export const putPart = ({ origin, ...params }: OfSegment, part: number, bytes: Blob) =>
  ask(recordingsApi.part, { origin, params: { ...params, part }, body: bytes });
