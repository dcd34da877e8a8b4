/** News for a signed-in person on whatever page he is: `/api/remote/live`, downwards only. */
import { randomUUID } from "node:crypto";
import type { PersonId, SignInId } from "@minuta/contracts/ids";
import { closeCodes, liveMessage, remotePaths } from "@minuta/contracts/wire";
import { z } from "zod";
import type { Channel } from "#platform/socket";
import { LIVE_CHANNELS_PER_PERSON, LIVE_PING_EVERY_MS } from "./limits.ts";
import type { RemotePorts } from "./ports.ts";

export function serveLive(ports: RemotePorts): void {
  const open = new Map<PersonId, number>();
  ports.sockets.route({
    path: remotePaths.live,
    onOpen({ socket, caller: { personId, signInId } }) {
      if (personId === null || signInId === null) return socket.close(closeCodes.notAllowed, "not-signed-in");
      const count = (open.get(personId) ?? 0) + 1;
      if (count > LIVE_CHANNELS_PER_PERSON) return socket.close(closeCodes.tooMuch, "too many live channels");
      open.set(personId, count);
      const channelId = randomUUID();
      ports.pages.opened(personId, channelId);
      const close = serveOne(ports, socket, { personId, signInId });
      socket.on("close", () => {
        ports.pages.closed(personId, channelId);
        close();
        const left = (open.get(personId) ?? 1) - 1;
        if (left === 0) open.delete(personId);
        else open.set(personId, left);
      });
    },
  });
}

/** Returns what is to be done when the socket is closed. */
function serveOne(ports: RemotePorts, socket: Channel, { personId, signInId }: { personId: PersonId; signInId: SignInId }): () => void {
  const unsubscribe = ports.bus.subscribe(ports.personTopic(personId), (news) => {
    const message = liveMessage.safeParse(news);
    if (message.success && socket.readyState === socket.OPEN) socket.send(JSON.stringify(z.encode(liveMessage, message.data)));
  });
  const unwatch = ports.onSignInEnded(signInId, () => socket.close(closeCodes.signedOut, "signed-out"));
  let answered = true;
  socket.on("pong", () => (answered = true));
  socket.on("message", () => socket.close(closeCodes.badMessage, "this channel is one-way"));
  const stopPings = ports.clock.every(LIVE_PING_EVERY_MS, () => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  });
  return () => {
    unsubscribe();
    unwatch();
    stopPings();
  };
}
