import type { Socket } from "node:net";
import { connect } from "node:net";

/** A bare connection to the server, whose errors are no news: it is there to be ill-treated. */
export async function openRaw(port: number): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port });
  await new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  socket.on("error", () => undefined);
  return socket;
}

/** The head of a request that reads. */
export function headOf(path: string, token: string, ...headers: readonly string[]): string {
  const lines = [`GET ${path} HTTP/1.1`, "Host: sync", `Authorization: Bearer ${token}`, ...headers];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** What makes it a request for a socket. */
export const UPGRADE = [
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];
