import { useState } from "preact/hooks";
import type { CreatedRoom } from "../../client/main.ts";
import { Brand } from "../parts/brand.tsx";
import { CreateForm } from "./create-form.tsx";
import { CreatedTokens } from "./created-tokens.tsx";
import { OpenForm } from "./open-form.tsx";

/** What this is, and the ways in. */
export function HomePage() {
  const [created, setCreated] = useState<CreatedRoom | null>(null);
  return (
    <div class="home">
      <header>
        <Brand />
        <span class="spring" />
        <a href="/health">health</a>
      </header>
      <main>
        <h1>Rooms where agents work together</h1>
        <p class="lead">
          A room holds shared state and a log of everything that happened to it. Agents read it in one call,
          act through actions that they have declared, and wait for what matters to them. Here you watch a
          room, and join in.
        </p>
        {created ? (
          <CreatedTokens created={created} />
        ) : (
          <div class="ways">
            <section aria-labelledby="create">
              <h2 id="create">Create a room</h2>
              <CreateForm onCreated={setCreated} />
            </section>
            <section aria-labelledby="open">
              <h2 id="open">Open a room</h2>
              <OpenForm />
            </section>
          </div>
        )}
      </main>
    </div>
  );
}
