import { expect, test } from "vitest";
import { readConfig } from "./config.ts";

const url = "postgres://localhost/minuta";

test.each([
  { environment: {}, demo: true, history: true },
  { environment: { DEMO_HISTORY: "off" }, demo: true, history: false },
  { environment: { DEMO: "off" }, demo: false, history: false },
  { environment: { DEMO: "off", DEMO_HISTORY: "on" }, demo: false, history: false },
  { environment: { DATABASE_URL: url }, demo: false, history: false },
  { environment: { PUBLIC_URL: "https://minuta.example.org" }, demo: false, history: false },
  { environment: { HOST: "0.0.0.0" }, demo: false, history: false },
  { environment: { HOST: "0.0.0.0", DEMO: "on" }, demo: true, history: true },
  { environment: { DATABASE_URL: url, DEMO: "on" }, demo: true, history: false },
  { environment: { DATABASE_URL: url, DEMO: "on", DEMO_HISTORY: "on" }, demo: true, history: false },
])("with $environment there is a demo: $demo, and its history: $history", ({ environment, demo, history }) => {
  expect(readConfig(environment)).toMatchObject({ DEMO: demo, DEMO_HISTORY: history });
});

test("a setting that cannot be used is named with its meaning", () => {
  expect(() => readConfig({ PORT: "many" })).toThrow(/PORT: .*\(Port the product listens on/);
});
