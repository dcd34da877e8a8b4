/** What this domain needs of the others; app.ts fills it. */
import type { Socket } from "node:net";
import type { CallView, Meter } from "@minuta/contracts/calls";
import type { CallId, PersonId, Side, SignInId } from "@minuta/contracts/ids";
import type { JournalActor, JournalKind } from "@minuta/contracts/journal";
import type { ChainPlace, Countersignature, SignedStatement } from "@minuta/contracts/statement";
import type { Bus } from "#platform/bus";
import type { Clock } from "#platform/clock";
import type { Caller } from "#platform/http";
import type { Log } from "#platform/log";
import type { Sockets } from "#platform/socket";
import type { IceSettings } from "./turn/ice-servers.ts";

/** A line of chat as the journal keeps it. */
export interface WrittenChat {
  readonly id: string;
  readonly from: Side;
  readonly text: string;
  readonly at: Date;
}

/** Seconds of proven time each side signed. */
type SignedSeconds = Readonly<Record<Side, number>>;

export interface RemotePorts {
  readonly sockets: Pick<Sockets, "route">;
  readonly bus: Pick<Bus, "subscribe">;
  readonly clock: Clock;
  readonly log: Log;
  readonly calls: {
    /** Null when the caller is no party of the call, or there is no such call. */
    partyOf(callId: CallId, caller: Caller): Promise<{ readonly side: Side } | null>;
    view(callId: CallId, side: Side): Promise<CallView>;
    /** These ends' pages are connected now; told every few seconds, for whoever ends calls that were forsaken. */
    seen(ends: readonly { readonly callId: CallId; readonly side: Side }[]): Promise<void>;
  };
  /** Meters of open calls as the payer sees them; calls without a meter are left out. */
  meters(callIds: readonly CallId[]): Promise<ReadonlyMap<CallId, Meter>>;
  /**
   * Where metering takes its evidence from; `at` by this server's clock. A second `begin` or `end` in a row is harmless. Both are known to it
   * when they return, and durable when they resolve.
   */
  readonly evidence: {
    begin(of: { callId: CallId; side: Side; at: Date }): Promise<void>;
    /** It still is: how far it counts should the call end now. Cheap, in memory. */
    seen(of: { callId: CallId; side: Side; at: Date }): void;
    /** `at`: the last instant at which all conditions held. */
    end(of: { callId: CallId; side: Side; at: Date }): Promise<void>;
    /** Tries again to make durable what it knows. */
    flush(): Promise<void>;
    /** Metering may assert nothing more of what this server holds: every channel must be dropped. */
    onFenced(drop: () => void): () => void;
  };
  /** Where presence learns of a person's live pages. */
  readonly pages: {
    opened(personId: PersonId, channelId: string): void;
    closed(personId: PersonId, channelId: string): void;
  };
  readonly journal: {
    append(callId: CallId, event: { actor: JournalActor; kind: JournalKind; facts: Record<string, unknown> }): Promise<void>;
    chat(callId: CallId): Promise<readonly WrittenChat[]>;
  };
  /** Where browsers find TURN. */
  readonly ice: IceSettings;
  /** Connections to the page's port that begin as TURN does. */
  onTurn(take: (socket: Socket) => void): void;
  /** Statements of proven minutes and the ends' signatures under them. */
  readonly witness: {
    watch(callId: CallId): Promise<{ readonly signed: SignedSeconds; readonly last: SignedStatement | null }>;
    showKey(
      callId: CallId,
      shown: { side: Side; caller: Caller; publicKey: string; signature: string },
    ): Promise<{ readonly since: ChainPlace; readonly unsigned: readonly SignedStatement[] } | null>;
    /** States what is due, if anything; answers every statement after `afterN`. */
    state(callId: CallId, afterN: number): Promise<readonly SignedStatement[]>;
    countersign(callId: CallId, of: { n: number; by: Countersignature }): Promise<SignedSeconds | null>;
    pauseUnsigned(callId: CallId): Promise<boolean>;
  };
  /** Calls back when the sign-in is ended anywhere; returns the unsubscriber. */
  onSignInEnded(signInId: SignInId, ended: () => void): () => void;
  /** Topic of the live news of a person. */
  personTopic(personId: PersonId): string;
  /** Topic of the news of a call. */
  callTopic(callId: CallId): string;
}
