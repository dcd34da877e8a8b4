/** Says back what a page says before its call, so that the page learns whether sockets open here and how quick they are. */
import { remotePaths } from "@minuta/contracts/wire";
import { CHECK_ECHOES_MAX, CHECK_TEXT_MAX_LENGTH, CHECK_WITHIN_MS } from "./limits.ts";
import { bytesOf } from "./inbox.ts";
import type { RemotePorts } from "./ports.ts";

export function serveCheck({ sockets, clock }: Pick<RemotePorts, "sockets" | "clock">): void {
  sockets.route({
    path: remotePaths.check,
    onOpen({ socket }) {
      let echoes = 0;
      const stop = clock.after(CHECK_WITHIN_MS, () => socket.close(1000, "checked"));
      socket.on("close", stop);
      socket.on("message", (data, binary) => {
        const text = binary ? "" : bytesOf(data).toString("utf8");
        echoes += 1;
        if (text === "" || text.length > CHECK_TEXT_MAX_LENGTH || echoes > CHECK_ECHOES_MAX) return socket.terminate();
        socket.send(text);
      });
    },
  });
}
