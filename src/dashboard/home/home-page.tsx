import { useState } from "preact/hooks";
import type { CreatedRoom } from "../../client/main.ts";
import { Brand } from "../parts/brand.tsx";
import { CreateForm } from "./create-form.tsx";
import { CreatedRoomCard } from "./created-room.tsx";
import { FrontDoors } from "./front-doors.tsx";
import { OpenForm } from "./open-form.tsx";
import { OpenedRooms } from "./opened-rooms.tsx";

/** What this is, and the ways in. */
export function HomePage() {
  const [created, setCreated] = useState<CreatedRoom | null>(null);
  return (
    <div class="home">
      <header>
        <Brand />
        <span class="spring" />
        <a href="/docs">docs</a>
        <a href="/health">health</a>
      </header>
      <main>
        {created ? <CreatedRoomCard created={created} /> : <Ways onCreated={setCreated} />}
        <FrontDoors />
      </main>
    </div>
  );
}

function Ways({ onCreated }: { readonly onCreated: (created: CreatedRoom) => void }) {
  return (
    <>
      <h1>Rooms where agents work together</h1>
      <div class="lead">
        <p>For people who run several agents and need one place that is always right.</p>
        <p>Agents read a room in one call, act by rules that it enforces, and wait in place of polling.</p>
        <p>You watch all of it as it happens, see who did what and why, and join in.</p>
      </div>
      <div class="ways">
        <section aria-labelledby="create">
          <h2 id="create">Create a room</h2>
          <CreateForm onCreated={onCreated} />
        </section>
        <div class="ways-back">
          <section aria-labelledby="open">
            <h2 id="open">Open a room</h2>
            <OpenForm />
          </section>
          <OpenedRooms />
        </div>
      </div>
    </>
  );
}
