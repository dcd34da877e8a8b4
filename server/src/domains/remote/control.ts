/** The two sockets of a call: who may open them, what may come over them, which room they belong to. */
import { callId as callIdSchema, type CallId, type Side } from "@minuta/contracts/ids";
import { closeCodes, endMessage, mediaTicket, remotePaths, type EndMedia, type IceServer } from "@minuta/contracts/wire";
import type { Caller } from "#platform/http";
import type { Channel } from "#platform/socket";
import { End } from "./end.ts";
import { inboxOf, type Received } from "./inbox.ts";
import type { RemotePorts } from "./ports.ts";
import { Room } from "./room.ts";
import type { Reached } from "./turn/ice-servers.ts";
import { openTurn, type Turn } from "./turn/index.ts";

interface Opened {
  readonly socket: Channel;
  readonly caller: Caller;
  readonly params: Readonly<Record<string, string>>;
  readonly reached: Reached;
}

interface Entering {
  readonly callId: CallId;
  readonly side: Side;
  readonly media: EndMedia;
}

export interface Rooms {
  readonly all: ReadonlyMap<CallId, Room>;
  readonly turn: Turn;
}

/** Binds both sockets; the rooms are those of the calls that have an end here. */
export function serveCalls(ports: RemotePorts): Rooms {
  const all = new Map<CallId, Room>();
  const turn = openTurn(ports, (callId) => all.get(callId)?.closed === false);
  const tickets = new Map<string, { room: Room; end: End }>();

  const enter = async (opened: Opened, { callId, side, media }: Entering): Promise<{ room: Room; end: End } | null> => {
    const view = await ports.calls.view(callId, side);
    if (view.state !== "open") return refuse(opened.socket, closeCodes.callOver, "call-over");
    const standing = all.get(callId);
    const room = standing === undefined || standing.closed ? new Room(ports, callId, () => turn.forget(callId)) : standing;
    all.set(callId, room);
    const iceServers = (): IceServer[] => turn.iceServers({ callId, side }, opened.reached);
    const now = ports.clock.now().getTime();
    const end = new End({ side, caller: opened.caller, view, control: opened.socket, media, iceServers, now });
    tickets.set(end.ticket, { room, end });
    const unwatch = watchSignIn(ports, end);
    const leave = (): void => {
      unwatch();
      tickets.delete(end.ticket);
      room.leave(end);
      end.close(1000, "left");
      if (room.empty && all.get(callId) === room) {
        all.delete(callId);
        void room.close(1000, "empty");
      }
    };
    opened.socket.on("close", leave);
    await room.join(end, view);
    if (!end.facts.connected) return refuse(opened.socket, 1000, "gone");
    return { room, end };
  };

  ports.sockets.route({
    path: remotePaths.control,
    onOpen(opened) {
      const inbox = inboxOf(opened.socket, ports);
      const admit = async (): Promise<void> => {
        const callId = callIdSchema.safeParse(opened.params.callId);
        const party = callId.success ? await ports.calls.partyOf(callId.data, opened.caller) : null;
        if (!callId.success || party === null) return void refuse(opened.socket, closeCodes.notAllowed, "not-allowed");
        const hello = parseText(await inbox.first());
        if (hello?.t !== "hello") return void refuse(opened.socket, closeCodes.badMessage, "hello first");
        const entered = await enter(opened, { callId: callId.data, side: party.side, media: hello.media });
        if (entered !== null) inbox.open((received) => hearControl(ports, opened.socket, { ...entered, received }));
      };
      admit().catch((error: unknown) => {
        ports.log.error({ err: error }, "remote.end_not_admitted");
        opened.socket.close(1011, "internal");
      });
    },
  });

  ports.sockets.route({
    path: remotePaths.media,
    onOpen({ socket }) {
      const inbox = inboxOf(socket, ports);
      void inbox.first().then((first) => {
        const ticket = first !== null && "text" in first ? mediaTicket.safeParse(jsonOf(first.text)) : null;
        const found = ticket?.success === true ? tickets.get(ticket.data.ticket) : undefined;
        if (found === undefined) return void refuse(socket, closeCodes.notAllowed, "no such ticket");
        found.room.attachMedia(found.end, socket);
        inbox.open((received) => hearMedia(ports, socket, { ...found, received }));
      });
    },
  });
  return { all, turn };
}

function watchSignIn(ports: RemotePorts, end: End): () => void {
  const { signInId } = end.caller;
  return signInId === null ? () => {} : ports.onSignInEnded(signInId, () => end.close(closeCodes.signedOut, "signed-out"));
}

interface Heard {
  readonly room: Room;
  readonly end: End;
  readonly received: Received;
}

function hearControl(ports: RemotePorts, socket: Channel, { room, end, received }: Heard): void {
  const now = ports.clock.monotonicMs();
  if ("bytes" in received) {
    if (!end.allowed.controlFrames.take(1, now)) return void refuse(socket, closeCodes.tooMuch, "too many frames");
    if (!room.controlFrame(end, received.bytes)) refuse(socket, closeCodes.badMessage, "bad frame");
    return;
  }
  if (!end.allowed.text.take(1, now)) return void refuse(socket, closeCodes.tooMuch, "too many messages");
  const message = parseText(received);
  if (message === null || message.t === "hello") return void refuse(socket, closeCodes.badMessage, "bad message");
  room.text(end, message);
}

function hearMedia(ports: RemotePorts, socket: Channel, { room, end, received }: Heard): void {
  const now = ports.clock.monotonicMs();
  if (!("bytes" in received)) return void refuse(socket, closeCodes.badMessage, "bad message");
  if (!end.allowed.mediaFrames.take(1, now) || !end.allowed.mediaBytes.take(received.bytes.length, now))
    return void refuse(socket, closeCodes.tooMuch, "too much media");
  if (!room.mediaFrame(end, received.bytes)) refuse(socket, closeCodes.badMessage, "bad frame");
}

function parseText(received: Received | null): ReturnType<typeof endMessage.parse> | null {
  if (received === null || !("text" in received)) return null;
  const message = endMessage.safeParse(jsonOf(received.text));
  return message.success ? message.data : null;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function refuse(socket: Channel, code: number, reason: string): null {
  socket.close(code, reason);
  return null;
}
