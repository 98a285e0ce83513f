import type { Frame, Room } from "../../client/main.ts";
import { defineCommand } from "../command.ts";
import { EXIT } from "../faults.ts";
import type { Output } from "../output.ts";
import type { Display } from "../watch/display.ts";
import { Lines } from "../watch/lines.ts";
import { Screen } from "../watch/screen.ts";

const FEEDS = ["events", "views", "presence"] as const;

export const watch = defineCommand({
  name: "watch",
  summary: "Show the room live, until Ctrl-C",
  operations: ["watch"],
  args: [],
  options: {
    since: {
      kind: "number",
      value: "seq",
      about: "begin behind this event; 0 for all; without it, from now on",
    },
    only: { kind: "list", choices: FEEDS, about: "what to show" },
    subscribe: {
      kind: "text",
      value: "expression",
      about: "show this expression's value, too, whenever it changes",
    },
  },
  example: "sync watch --since 0",
  notes:
    "When the connection breaks, it is made anew and goes on where it stopped: no event is lost or shown twice.",
  async run({ options, session, output, signal }) {
    const display = output.json ? undefined : displayOn(output);
    const room = await session.patientRoom(() => {
      if (!signal.aborted) display?.connection("not connected; trying again");
    });
    const frames = room.watch({
      since: options.since,
      only: options.only.length > 0 ? options.only : undefined,
      ...(options.subscribe === undefined ? {} : { subscribe: { [options.subscribe]: options.subscribe } }),
      signal,
    });
    try {
      if (display) await show(frames, room, display, signal);
      else for await (const frame of frames) output.answer(frame, () => "");
    } catch (error) {
      // Ctrl-C is how a watch ends.
      if (!signal.aborted) throw error;
    }
    return EXIT.done;
  },
});

function displayOn(output: Output): Display {
  const { stdout } = output;
  return stdout.isTTY ? new Screen(output) : new Lines((line) => stdout.write(`${line}\n`));
}

async function show(
  frames: AsyncIterable<Frame>,
  room: Room,
  display: Display,
  signal: AbortSignal,
): Promise<void> {
  for await (const frame of frames) {
    switch (frame.type) {
      case "hello":
        display.connection(`connected to ${room.id} at ${room.server}`);
        // Each connection may have missed what became of views and agents.
        display.room(await room.context({ only: ["views", "agents"], signal }));
        break;
      case "event":
        display.event(frame);
        break;
      case "view":
        display.view(frame);
        break;
      case "value":
        display.view({ id: frame.id, value: frame.value });
        break;
      case "presence":
        display.presence(frame);
    }
  }
}
