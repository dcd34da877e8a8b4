/**
 * The signed-in person's live channel: news that something changed, over a WebSocket of the page's own origin, or by asking now and then
 * where WebSockets are refused. The screens read again what changed.
 */
import { callsApi } from "@minuta/contracts/calls";
import type { Endpoint } from "@minuta/contracts/endpoint";
import { journalApi } from "@minuta/contracts/journal";
import { ledgerApi } from "@minuta/contracts/ledger";
import { presenceApi } from "@minuta/contracts/presence";
import { reportsApi } from "@minuta/contracts/reports";
import { ringsApi } from "@minuta/contracts/rings";
import { liveMessage, remotePaths, type LiveMessage } from "@minuta/contracts/wire";
import { useEffect, useEffectEvent } from "react";
import { keyOf, queryClient } from "../../api/queries.ts";
import { HttpSocket } from "../../rtc/channel/http-socket.ts";

/** What is stale after each kind of news. */
const staleAfter: Record<LiveMessage["t"], readonly Endpoint[]> = {
  "invitation-joined": [callsApi.history, callsApi.invitations, callsApi.clientBook],
  "call-changed": [callsApi.history, callsApi.view, journalApi.protocol, reportsApi.statistics, reportsApi.statement, reportsApi.earnings],
  "wallet-changed": [ledgerApi.wallet, ledgerApi.callMovements, reportsApi.statement],
  "wallet-empty": [ledgerApi.wallet],
  ring: [ringsApi.rings, presenceApi.own],
  "ring-over": [ringsApi.rings, ringsApi.ringView, callsApi.history, callsApi.view, presenceApi.own],
};

function readAgain(endpoints: readonly Endpoint[]): void {
  for (const endpoint of endpoints) void queryClient.invalidateQueries({ queryKey: keyOf(endpoint) });
}

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;
const OPENS_WITHIN_MS = 8_000;
const HTTP_FOR_MS = 300_000;

/** Keeps the channel open while mounted; `onWalletEmpty` when a client stood at the person's link and the wallet had not enough to let him in. */
export function useLiveNews(onWalletEmpty: () => void): void {
  const tell = useEffectEvent((raw: unknown) => {
    const message = liveMessage.safeParse(parsed(raw)).data;
    // Anything unknown is passed over: the server may be newer than this page.
    if (!message) return;
    readAgain(staleAfter[message.t]);
    if (message.t === "wallet-empty") onWalletEmpty();
  });
  useEffect(() => {
    const leaving = new AbortController();
    void keepOpen((raw) => tell(raw), leaving.signal);
    return () => leaving.abort();
  }, []);
}

/** Opens the channel again and again, waiting longer after each failure, until told to leave. */
async function keepOpen(tell: (raw: unknown) => void, leaving: AbortSignal): Promise<void> {
  let waitMs = 0;
  // News that came while the channel was down are lost: everything they might have been about is read again.
  const catchUp = () => readAgain([...new Set(Object.values(staleAfter).flat())]);
  let listener: Listener = { tell, onOpen: () => undefined };
  while (!leaving.aborted) {
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    if (leaving.aborted) return;
    const wasOpen = (await listen(listener, webSocket, leaving)) || (await listen(listener, httpSocket, leaving));
    listener = { tell, onOpen: catchUp };
    waitMs = wasOpen ? FIRST_RETRY_MS : Math.min(Math.max(waitMs * 2, FIRST_RETRY_MS), LONGEST_RETRY_MS);
  }
}

interface Listener {
  readonly tell: (raw: unknown) => void;
  readonly onOpen: () => void;
}

const webSocket = (): WebSocket => new WebSocket(`${location.origin.replace(/^http/, "ws")}${remotePaths.live}`);
const httpSocket = (): HttpSocket => new HttpSocket(location.origin, remotePaths.live, "seldom");

/** One life of the channel; resolves when it closed, with whether it had ever opened. */
function listen({ tell, onOpen }: Listener, open: () => WebSocket | HttpSocket, leaving: AbortSignal): Promise<boolean> {
  if (leaving.aborted) return Promise.resolve(false);
  const socket = open();
  return new Promise((resolve) => {
    let opened = false;
    const leave = (): void => {
      clearTimeout(timer);
      socket.close();
      resolve(opened);
    };
    let timer = setTimeout(leave, OPENS_WITHIN_MS);
    socket.onopen = () => {
      opened = true;
      clearTimeout(timer);
      // Then a WebSocket is tried again.
      if (socket instanceof HttpSocket) timer = setTimeout(leave, HTTP_FOR_MS);
      onOpen();
    };
    socket.onmessage = ({ data }: { data: unknown }) => tell(data);
    socket.onclose = leave;
    leaving.addEventListener("abort", leave, { once: true });
  });
}

function parsed(raw: unknown): unknown {
  try {
    return typeof raw === "string" ? JSON.parse(raw) : null;
  } catch {
    return null;
  }
}
