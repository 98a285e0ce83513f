import type { WebSocketConstructor } from "../../client/main.ts";

/** The browser's WebSocket, which tells when one is open and when it is not any more. */
export function observedSocket(onChange: (isOpen: boolean) => void): WebSocketConstructor {
  return class extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      this.addEventListener("open", () => onChange(true));
      this.addEventListener("close", () => onChange(false));
    }
  };
}
