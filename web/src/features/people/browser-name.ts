/** How a browser describes itself, in short. */

const browsers: readonly (readonly [RegExp, string])[] = [
  [/YaBrowser\//, "Яндекс Браузер"],
  [/Edg\//, "Edge"],
  [/Firefox\//, "Firefox"],
  [/Chrome\//, "Chrome"],
  [/Safari\//, "Safari"],
];
const systems: readonly (readonly [RegExp, string])[] = [
  [/Windows/, "Windows"],
  [/Android/, "Android"],
  [/iPhone|iPad/, "iOS"],
  [/Mac OS/, "macOS"],
  [/Linux/, "Linux"],
];

/** A browser's self-description made short: `Chrome, Windows`. */
export function browserName(agent: string): string {
  const first = (of: typeof browsers) => of.find(([pattern]) => pattern.test(agent))?.[1];
  const words = [first(browsers), first(systems)].filter((word) => word !== undefined);
  return words.length > 0 ? words.join(", ") : agent.slice(0, 60);
}
