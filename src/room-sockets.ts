import type { Refusal } from "./kernel/errors.ts";
import type { Reply, SocketRequest } from "./protocol/calls.ts";
import { TIME_OVER } from "./protocol/calls.ts";
import { CLOSE_CODES } from "./protocol/frames.ts";
import { refusalReply } from "./room/answers.ts";
import type { Room } from "./room/room.ts";
import type { Waiting, WaitSocket } from "./room/waits.ts";
import { answerFrame } from "./room/watch/answer-frame.ts";
import type { WatchRecord, WatchSocket } from "./room/watch/watcher.ts";

/** What a socket of the room is for: all that a wake needs to go on with it. */
export type SocketMemory =
  | { readonly open: "wait"; readonly waiting: Waiting }
  | { readonly open: "watch"; readonly record: WatchRecord };

/**
 * Keeps `memory` with a socket, through hibernation. It is kept as bytes of UTF-8: the platform counts 16 KiB of what
 * it serialises, and a text with one rare character takes it two bytes for every other.
 */
function remember(socket: WebSocket, memory: SocketMemory): void {
  socket.serializeAttachment(new TextEncoder().encode(JSON.stringify(memory)));
}

export function memoryOf(socket: WebSocket): SocketMemory {
  return JSON.parse(new TextDecoder().decode(socket.deserializeAttachment() as Uint8Array)) as SocketMemory;
}

/** What a socket is to remember, or the answer that needs none. */
export function begin(room: Room, asked: SocketRequest): { reply: Reply } | { memory: SocketMemory } {
  if (asked.open === "wait") {
    const begun = room.wait(asked.caller, asked.call, asked.compact);
    return "reply" in begun ? begun : { memory: { open: "wait", waiting: begun.waiting } };
  }
  const begun = room.watch.begin(asked.caller, asked.call);
  if (!begun.ok) return { reply: refusalReply(begun.refusal) };
  return { memory: { open: "watch", record: begun.value } };
}

/** Begins what an accepted socket was asked for. */
export function open(room: Room, socket: WebSocket, memory: SocketMemory, asked: SocketRequest): void {
  remember(socket, memory);
  if (memory.open === "wait") room.waits.hold(memory.waiting, waitSocket(socket));
  else if (asked.open === "watch") room.watch.open(memory.record, watchSocket(socket), asked.call.since);
}

/** Takes a socket back after the object slept. One that the room has closed is listed until its client has answered. */
export function restore(room: Room, socket: WebSocket): void {
  if (socket.readyState !== WebSocket.OPEN) return;
  const memory = memoryOf(socket);
  if (memory.open === "wait") room.waits.restore(memory.waiting, waitSocket(socket));
  else room.watch.restore(memory.record, watchSocket(socket));
}

/** Has the room forget what a socket that is gone was for. */
export function forget(room: Room, socket: WebSocket): void {
  const memory = memoryOf(socket);
  if (memory.open === "watch") room.forgetWatcher(memory.record.id);
  else room.abandonWait(memory.waiting.id);
}

/**
 * As a client goes, timers that are due fire before it is forgotten: what they have to tell it is told to nobody. To send
 * on a closed socket throws, and would end the room.
 */
function waitSocket(socket: WebSocket): WaitSocket {
  return {
    answer(reply: Reply): void {
      if (socket.readyState !== WebSocket.OPEN) return;
      socket.send(JSON.stringify(reply));
      socket.close(CLOSE_CODES.answered, "answered");
    },
  };
}

function watchSocket(socket: WebSocket): WatchSocket {
  return {
    send(text: string): void {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: (code, reason) => socket.close(code, reason),
    remember: (record) => remember(socket, { open: "watch", record }),
  };
}

/** Tells whoever holds a socket why it ends. */
export function end(socket: WebSocket, reply: Reply, code: number): void {
  if (socket.readyState !== WebSocket.OPEN) return;
  if (memoryOf(socket).open === "wait") {
    waitSocket(socket).answer(reply);
    return;
  }
  socket.send(answerFrame(undefined, reply).text);
  socket.close(code, "the room has made way");
}

/** Does what came on a socket; null stands for bytes that are no text. */
export function handle(room: Room, memory: SocketMemory, text: string | null): void {
  if (memory.open === "watch") room.watch.handle(memory.record.id, text);
  else if (text === TIME_OVER) room.endWait(memory.waiting.id);
}

/** Answers a watcher's frame that is not done: whether it could be answered, and so need not be done. */
export function isRefused(
  room: Room | null,
  memory: SocketMemory,
  text: string | null,
  refusal: Refusal,
): boolean {
  return room !== null && memory.open === "watch" && room.watch.refuse(memory.record.id, text, refusal);
}

/** What a frame that waits for its turn holds in memory, about. */
export function lengthOf(frame: string | ArrayBuffer): number {
  return typeof frame === "string" ? frame.length : frame.byteLength;
}
