/** The web's built files, and its first page for every address that is not the API's. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { refuse } from "./refusal.ts";

const folder = fileURLToPath(new URL("../../../web/dist/", import.meta.url));

/** Built files carry their hash in their name, so they may be kept for ever; pages may not. */
const KEPT_FOREVER = "public, max-age=31536000, immutable";

export async function servePages(server: FastifyInstance): Promise<void> {
  const built = existsSync(folder);
  if (built) {
    await server.register(fastifyStatic, {
      root: folder,
      // Made by the web's build.
      preCompressed: true,
      setHeaders: (reply, path) => void reply.header("cache-control", path.includes("/assets/") ? KEPT_FOREVER : "no-cache"),
    });
  }
  server.setNotFoundHandler(async (request, reply) => {
    if (!built || request.method !== "GET" || request.url.startsWith("/api/") || /\.[a-z0-9]+$/i.test(request.url.split("?")[0]!))
      throw refuse("not-found", {});
    return reply.sendFile("index.html");
  });
}
