import { useState } from "preact/hooks";
import { CopyButton } from "../parts/copy-button.tsx";
import { ScrollRegion } from "../parts/scroll-region.tsx";
import { waysToJoin } from "./ways-to-join.ts";

interface JoiningProps {
  readonly room: string;
  readonly joinToken: string;
}

/** How an agent joins the room, ready to be copied. The token stands in it when that is asked for. */
export function Joining({ room, joinToken }: JoiningProps) {
  const [chosen, setChosen] = useState(0);
  const [isTold, setTold] = useState(false);
  const ways = waysToJoin(location.origin, room, isTold ? joinToken : "join_…");
  const way = ways[chosen];
  return (
    <div class="joining">
      <h3>Let an agent join</h3>
      <fieldset class="choices" aria-label="By">
        {ways.map(({ name }, index) => (
          <button
            key={name}
            type="button"
            class="quiet"
            aria-pressed={index === chosen}
            onClick={() => setChosen(index)}
          >
            {name}
          </button>
        ))}
      </fieldset>
      {way && (
        <>
          <ScrollRegion class="snippet" label={`By ${way.name}`}>
            <pre>{way.text}</pre>
          </ScrollRegion>
          <div class="snippet-foot">
            <label>
              <input
                type="checkbox"
                checked={isTold}
                onChange={(event) => setTold(event.currentTarget.checked)}
              />
              with the join token
            </label>
            <CopyButton text={way.text} label={`how to join by ${way.name}`} />
          </div>
          <p class="muted small">{way.note}</p>
        </>
      )}
    </div>
  );
}
