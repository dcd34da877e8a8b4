/** A name server that knows one name. */
import { createSocket } from "node:dgram";
import { z } from "zod";

const wishes = z.object({ at: z.string(), name: z.string(), address: z.string() }).parse(JSON.parse(process.argv[2] ?? "{}"));

const TYPE_A = 1;
const ANSWER_FLAGS = 0x8580;
const NAME_ERROR = 3;
const HEADER_BYTES = 12;
const TIME_TO_LIVE_SECONDS = 30;

/** The question's labels joined by dots, its type, and where the question ends; null when it is not one. */
function questionOf(packet: Buffer): { name: string; type: number; end: number } | null {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = packet[at] ?? 0; length > 0; length = packet[at] ?? 0) {
    labels.push(packet.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  if (at + 5 > packet.length) return null;
  return { name: labels.join(".").toLowerCase(), type: packet.readUInt16BE(at + 1), end: at + 5 };
}

function answerTo(packet: Buffer): Buffer | null {
  const question = questionOf(packet);
  if (question === null) return null;
  const known = question.name === wishes.name;
  const found = known && question.type === TYPE_A;
  const head = Buffer.from(packet.subarray(0, question.end));
  head.writeUInt16BE(ANSWER_FLAGS | (known ? 0 : NAME_ERROR), 2);
  for (const [offset, count] of [1, found ? 1 : 0, 0, 0].entries()) head.writeUInt16BE(count, 4 + offset * 2);
  if (!found) return head;
  const record = Buffer.alloc(16);
  record.writeUInt16BE(0xc0_0c, 0);
  record.writeUInt16BE(TYPE_A, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt32BE(TIME_TO_LIVE_SECONDS, 6);
  record.writeUInt16BE(4, 10);
  record.set(wishes.address.split(".").map(Number), 12);
  return Buffer.concat([head, record]);
}

const socket = createSocket("udp4");
socket.on("message", (packet, { address, port }) => {
  const answer = answerTo(packet);
  if (answer !== null) socket.send(answer, port, address);
});
socket.bind(53, wishes.at, () => console.log("ready"));
