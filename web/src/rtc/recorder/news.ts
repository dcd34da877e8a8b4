/** What pages and workers of this browser tell each other about recordings that are not with the server yet. */

const CHANNEL = "minuta-recordings";

type News = { readonly t: "look" } | { readonly t: "left"; readonly segments: number };

/** The uploader looks again at once. */
export function nudge(): void {
  send({ t: "look" });
}

/** So many segments are still on this disk only. */
export function tellLeft(segments: number): void {
  send({ t: "left", segments });
}

function send(news: News): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(news);
  channel.close();
}

/** Returns the unsubscriber. */
export function hearNews(heard: (news: News) => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener("message", ({ data }: MessageEvent<News>) => heard(data));
  return () => channel.close();
}
