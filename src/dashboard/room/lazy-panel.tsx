import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { PanelProps } from "../live/panel-props.ts";

type Loaded = ComponentType<PanelProps> | "loading" | "failed";

/** A panel whose code is read when it is first opened. */
export function lazyPanel(load: () => Promise<ComponentType<PanelProps>>): ComponentType<PanelProps> {
  let kept: Loaded = "loading";
  return function LazyPanel(props) {
    const [Panel, setPanel] = useState(() => kept);
    useEffect(() => {
      if (Panel !== "loading") return;
      const read = async () => {
        const loaded = await load().catch((): Loaded => "failed");
        if (loaded !== "failed") kept = loaded;
        setPanel(() => loaded);
      };
      void read();
    }, [Panel]);
    if (Panel === "loading") return <p class="loading muted">Reading the panel…</p>;
    if (Panel === "failed") return <Failed onRetry={() => setPanel("loading")} />;
    return <Panel {...props} />;
  };
}

function Failed({ onRetry }: { readonly onRetry: () => void }) {
  return (
    <div class="failure">
      <p class="refusal" role="alert">
        This panel could not be read. The server is out of reach, or has a newer page: reload it then.
      </p>
      <div class="buttons">
        <button type="button" class="primary" onClick={onRetry}>
          Try again
        </button>
        <button type="button" onClick={() => location.reload()}>
          Reload the page
        </button>
      </div>
    </div>
  );
}
