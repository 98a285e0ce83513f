import type { Dice } from "./random.ts";

/** Where what a client sends, or what it reads, is cut off. */
export const PLACES = [
  "in the request line",
  "in the headers",
  "before the body",
  "in the body",
  "before the body's last byte",
  "in a chunk",
  "between chunks",
  "before the answer",
  "in the answer",
  "in a frame's header",
  "in a frame's mask",
  "in a frame's payload",
  "in a fragmented frame",
  "before the answer to a frame",
] as const;
export type Place = (typeof PLACES)[number];

/** How a connection ends: by a reset, by a close, or half closed, so that an answer could still come. */
export const ENDS = ["reset", "close", "half"] as const;
export type End = (typeof ENDS)[number];

/** What is sent before the cut. */
export interface Torn {
  readonly bytes: Buffer;
  /** Whether the server may do what it was sent: it has got all of it. */
  readonly isWhole: boolean;
  /** Whether some of the answer is read before the end. */
  readonly reads: boolean;
}

export function isFrame(place: Place): boolean {
  return place.includes("frame");
}

/** A call as the text of an HTTP request, head and body. */
export interface Request {
  readonly path: string;
  readonly token: string;
  readonly body: string;
}

const headOf = ({ path, token }: Request, framing: string) =>
  `POST ${path} HTTP/1.1\r\nHost: sync\r\nAuthorization: Bearer ${token}\r\n${framing}\r\n\r\n`;

/** From `from` up to, but not including, `end`. */
const between = (dice: Dice, from: number, end: number) => from + dice.below(Math.max(1, end - from));

/** The beginning of a request, up to a cut that the dice place within `place`. */
export function tornRequest(place: Place, request: Request, dice: Dice): Torn {
  const body = Buffer.from(request.body);
  const head = Buffer.from(headOf(request, `Content-Length: ${body.length}`));
  const line = head.indexOf("\r\n");
  const cuts: Partial<Record<Place, number>> = {
    "in the request line": between(dice, 1, line),
    "in the headers": between(dice, line, head.length),
    "before the body": head.length,
    "in the body": between(dice, head.length + 1, head.length + body.length - 1),
    "before the body's last byte": head.length + body.length - 1,
  };
  const cut = cuts[place];
  const whole = Buffer.concat([head, body]);
  if (cut !== undefined) return { bytes: whole.subarray(0, cut), isWhole: false, reads: false };
  if (place === "in a chunk" || place === "between chunks") return tornChunks(place, request, dice);
  return { bytes: whole, isWhole: true, reads: place === "in the answer" };
}

/** A request in chunks of which the last never comes: what it would say is not known yet. */
function tornChunks(place: Place, request: Request, dice: Dice): Torn {
  const body = Buffer.from(request.body);
  const head = Buffer.from(headOf(request, "Transfer-Encoding: chunked"));
  const chunk = Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from("\r\n")]);
  const end = place === "in a chunk" ? between(dice, 1, chunk.length - 2) : chunk.length;
  return { bytes: Buffer.concat([head, chunk.subarray(0, end)]), isWhole: false, reads: false };
}

const TEXT = 0x1;
const FINAL = 0x80;
const MASKED = 0x80;
const MASK_BYTES = 4;
/** Of a masked frame of 126 to 65,535 bytes. */
const LONG_HEADER_BYTES = 4;

/** A client's frame: header, mask, payload. `text` is between 126 and 65,535 bytes long. */
export function frameOf(text: string, first: number = FINAL | TEXT): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.from([first, MASKED | 126, payload.length >> 8, payload.length & 0xff]);
  const mask = Buffer.from([0x12, 0x34, 0x56, 0x78]);
  const masked = payload.map((byte, index) => byte ^ (mask[index % MASK_BYTES] ?? 0));
  return Buffer.concat([header, mask, masked]);
}

/** The beginning of a frame, up to a cut that the dice place within `place`. */
export function tornFrame(place: Place, text: string, dice: Dice): Torn {
  const whole = frameOf(text);
  const start = LONG_HEADER_BYTES + MASK_BYTES;
  const cuts: Partial<Record<Place, number>> = {
    "in a frame's header": between(dice, 1, LONG_HEADER_BYTES),
    "in a frame's mask": between(dice, LONG_HEADER_BYTES, start),
    "in a frame's payload": between(dice, start, whole.length),
  };
  const cut = cuts[place];
  if (cut !== undefined) return { bytes: whole.subarray(0, cut), isWhole: false, reads: false };
  // A fragment that says that more are to come.
  if (place === "in a fragmented frame") return { bytes: frameOf(text, TEXT), isWhole: false, reads: false };
  return { bytes: whole, isWhole: true, reads: false };
}
