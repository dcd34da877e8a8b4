/**
 * As much of the X protocol (version 11, little endian, TrueColor) as it takes to draw rectangles, text and windows on a screen of one's
 * own: whoever draws a number himself knows the instant at which it was drawn.
 */
import { connect, type Socket } from "node:net";

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Drawable = number;

export interface Pen {
  readonly id: number;
}

export interface X11 {
  /** A window the window manager leaves alone, above all others, shown at once. `color`: 0xRRGGBB. */
  window(area: Area, color: number): Drawable;
  move(window: Drawable, x: number, y: number): void;
  hide(window: Drawable): void;
  pen(color: number, paper: number): Pen;
  fill(on: Drawable, pen: Pen, areas: readonly Area[]): void;
  /** Characters of 6×13 pixels; `y`: the base line. Latin only. */
  write(on: Drawable, pen: Pen, line: { readonly x: number; readonly y: number; readonly text: string }): void;
  scroll(on: Drawable, pen: Pen, by: { readonly area: Area; readonly up: number }): void;
  close(): void;
}

const TEXT_MAX = 254;

/** Connects to the X server of `display` (`:N`) on this machine; what the server refuses ends the program with its code. */
export async function openX11(display: string): Promise<X11> {
  const socket = connect(`/tmp/.X11-unix/X${display.slice(1)}`);
  const { root, idBase } = await greet(socket);
  socket.on("data", refuseErrors);
  let ids = 0;
  const newId = (): number => idBase + ids++;
  const send = (opcode: number, detail: number, body: Buffer): void => void socket.write(request(opcode, detail, body));
  const font = newId();
  send(45, 0, Buffer.concat([words(font), shorts("fixed".length, 0), padded("fixed")]));
  return {
    window({ x, y, width, height }, color) {
      const id = newId();
      const values = words(0x2 | 0x200, color, 1);
      send(1, 0, Buffer.concat([words(id, root), shorts(x, y, width, height, 0, 1), words(0), values]));
      send(8, 0, words(id));
      return id;
    },
    move: (window, x, y) => send(12, 0, Buffer.concat([words(window), shorts(3, 0), words(x, y)])),
    hide: (window) => send(10, 0, words(window)),
    pen(color, paper) {
      const id = newId();
      // Foreground, background, font, no events about what a copy uncovered.
      send(55, 0, words(id, root, 0x4 | 0x8 | 0x4000 | 0x10000, color, paper, font, 0));
      return { id };
    },
    fill(on, pen, areas) {
      const each = areas.map(({ x, y, width, height }) => shorts(x, y, width, height));
      send(70, 0, Buffer.concat([words(on, pen.id), ...each]));
    },
    write(on, pen, { x, y, text }) {
      const line = text.slice(0, TEXT_MAX);
      send(76, line.length, Buffer.concat([words(on, pen.id), shorts(x, y), padded(line)]));
    },
    scroll(on, pen, { area: { x, y, width, height }, up }) {
      send(62, 0, Buffer.concat([words(on, on, pen.id), shorts(x, y + up, x, y, width, height - up)]));
    },
    close: () => void socket.end(),
  };
}

function request(opcode: number, detail: number, body: Buffer): Buffer {
  const head = Buffer.from([opcode, detail, 0, 0]);
  head.writeUInt16LE(1 + body.length / 4, 2);
  return Buffer.concat([head, body]);
}

function words(...values: number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => buffer.writeUInt32LE(value, index * 4));
  return buffer;
}

function shorts(...values: number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => buffer.writeUInt16LE(value & 0xffff, index * 2));
  return buffer;
}

function padded(text: string): Buffer {
  const buffer = Buffer.alloc(Math.ceil(text.length / 4) * 4);
  buffer.write(text, "latin1");
  return buffer;
}

/** Says hello and reads what we must know: the root window and the range of our ids. */
async function greet(socket: Socket): Promise<{ root: number; idBase: number }> {
  socket.write(Buffer.concat([Buffer.from("l\0"), shorts(11, 0, 0, 0, 0)]));
  let answer = Buffer.alloc(0);
  while (answer.length < 8 || answer.length < 8 + answer.readUInt16LE(6) * 4) {
    answer = Buffer.concat([answer, await nextPart(socket)]);
  }
  if (answer[0] !== 1) throw new Error("the X server refused the connection");
  const vendorBytes = Math.ceil(answer.readUInt16LE(24) / 4) * 4;
  const formats = answer[29] ?? 0;
  return { idBase: answer.readUInt32LE(12), root: answer.readUInt32LE(40 + vendorBytes + formats * 8) };
}

async function nextPart(socket: Socket): Promise<Buffer> {
  return await new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("data", (part: Buffer) => {
      socket.off("error", reject);
      resolve(part);
    });
  });
}

/** We ask for no events and no replies: whatever begins with 0 is an error. */
function refuseErrors(part: Buffer): void {
  for (let at = 0; at + 32 <= part.length; at += 32) {
    if (part[at] === 0) throw new Error(`the X server refused request ${part[at + 10]} with error ${part[at + 1]}`);
  }
}
