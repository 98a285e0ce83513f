import type { ComponentType } from "preact";
import type { PanelProps } from "../../live/panel-props.ts";
import { Empty } from "../../parts/empty.tsx";
import { PanelFrame } from "../../parts/panel.tsx";
import { errorOf } from "../views-panel.tsx";
import { ActionBar, ActionChoice, ActionForm } from "./action-surfaces.tsx";
import type { Surface, SurfaceProps } from "./surface.ts";
import { groupsOf, textOf } from "./surface.ts";
import { TableSurface } from "./table-surface.tsx";
import { FeedSurface, GridSurface, MarkdownSurface, MetricSurface, WatchSurface } from "./value-surfaces.tsx";

const KINDS: Readonly<Record<string, ComponentType<SurfaceProps>>> = {
  metric: MetricSurface,
  markdown: MarkdownSurface,
  feed: FeedSurface,
  "view-table": TableSurface,
  "view-grid": GridSurface,
  "action-bar": ActionBar,
  "action-form": ActionForm,
  "action-choice": ActionChoice,
  watch: WatchSurface,
};

/** The page that the agents made: views that say how they are to be shown. */
export function SurfacesPanel(props: PanelProps) {
  const groups = groupsOf(props.snapshot);
  return (
    <PanelFrame title="Surfaces" isPlain>
      {groups.length === 0 && <NoSurfaces hasState={Object.keys(props.snapshot.viewRecords).length > 0} />}
      {groups.map(({ section, surfaces }) => (
        <section
          key={section?.id ?? surfaces[0]?.id}
          class="surfaces"
          aria-label={section?.label ?? "Surfaces"}
        >
          {section && (
            <header>
              <h3>{section.label}</h3>
              {textOf(section.value) !== null && <p class="muted">{textOf(section.value)}</p>}
            </header>
          )}
          <div class="surface-grid">
            {surfaces.map((surface) => (
              <SurfaceFrame key={surface.id} {...props} surface={surface} />
            ))}
          </div>
        </section>
      ))}
    </PanelFrame>
  );
}

function SurfaceFrame({ surface, ...props }: PanelProps & { readonly surface: Surface }) {
  const type = textOf(surface.render.type) ?? "";
  const Kind = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
  const error = errorOf(surface.value);
  return (
    <article class={`surface ${Kind ? type : "watch"}`} data-view={surface.id}>
      <h4>{surface.label}</h4>
      {error !== null ? (
        <p class="bad">{error}</p>
      ) : Kind ? (
        <Kind {...props} surface={surface} />
      ) : (
        <WatchSurface {...props} surface={surface} />
      )}
    </article>
  );
}

function NoSurfaces({ hasState }: { readonly hasState: boolean }) {
  return (
    <Empty title="Nothing is laid out here yet">
      <p>
        A view that is registered with <code>{'render: {"type": "metric", "label": "Open tasks"}'}</code>{" "}
        stands here, as it is now. Types are <code>metric</code>, <code>markdown</code>, <code>feed</code>,{" "}
        <code>view-table</code>, <code>view-grid</code>, <code>action-bar</code>, <code>action-form</code>,{" "}
        <code>action-choice</code>, <code>watch</code> and <code>section</code>.
      </p>
      <p>
        {hasState ? (
          <>
            The room has <a href="#views">views</a> without it.
          </>
        ) : (
          <>
            What the room holds is in <a href="#state">State</a>; what can be done in{" "}
            <a href="#actions">Actions</a>.
          </>
        )}
      </p>
    </Empty>
  );
}
