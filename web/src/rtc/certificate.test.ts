import { expect, test } from "vitest";
import { fingerprintIn } from "./certificate.ts";

const bytes = Array.from({ length: 32 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const line = (hash: string, value: string): string => `a=fingerprint:${hash} ${value}\r\n`;
const upper = bytes.join(":").toUpperCase();

test("a description's certificate is read, however often and in whatever letters it is written", () => {
  const print = fingerprintIn(`v=0\r\n${line("sha-256", upper)}m=audio\r\n${line("SHA-256", upper.toLowerCase())}`);
  expect(print).toBe("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
});

test("a description with two certificates, another hash or none is nobody's", () => {
  expect(fingerprintIn("v=0\r\n")).toBeNull();
  expect(fingerprintIn(line("sha-1", bytes.slice(0, 20).join(":")))).toBeNull();
  expect(fingerprintIn(line("sha-256", upper) + line("sha-256", upper.replace("00", "FF")))).toBeNull();
  expect(fingerprintIn(line("sha-256", upper.slice(3)))).toBeNull();
});
