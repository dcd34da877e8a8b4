/** IP addresses as bytes. */
import { isIPv4, isIPv6 } from "node:net";

/** 4 or 16 bytes, IPv4 within IPv6 as IPv4; null when it is no address. */
export function addressBytes(text: string): Buffer | null {
  const plain = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(text)?.[1] ?? text.split("%")[0] ?? "";
  if (isIPv4(plain)) return Buffer.from(plain.split(".").map(Number));
  return isIPv6(plain) && !plain.includes(".") ? ipv6Bytes(plain) : null;
}

function ipv6Bytes(text: string): Buffer {
  const [head = [], tail = []] = text.split("::").map((part) => part.split(":").filter((group) => group !== ""));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => "0");
  return Buffer.concat([...head, ...zeros, ...tail].map((group) => Buffer.from(group.padStart(4, "0"), "hex")));
}
