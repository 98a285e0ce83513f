import { useEffect, useRef, useState } from "preact/hooks";
import type { CreatedRoom, Room } from "../../client/main.ts";
import { roomAddress } from "../address.ts";
import { CreatedTokens } from "../home/created-tokens.tsx";
import { CreateToken, NameField, useCreation } from "../home/creation.tsx";
import { Refusal } from "../parts/refusal.tsx";

interface ForkDialogProps {
  /** With the room token, as nobody else. */
  readonly room: Room;
  readonly seq: number;
  readonly onClose: () => void;
}

/** Makes a new room of this one as it was after `seq`. */
export function ForkDialog({ room, seq, onClose }: ForkDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [created, setCreated] = useState<CreatedRoom | null>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const close = () => dialog.current?.close();
  return (
    <dialog ref={dialog} class="fork" aria-label={`Fork from event ${seq}`} onClose={onClose}>
      {created ? (
        <>
          <h2>
            <code>{created.id}</code> is there
          </h2>
          <p class="muted">Keep these tokens: they are shown this once.</p>
          <CreatedTokens created={created} />
          <div class="buttons">
            <a class="button primary" href={roomAddress(created.id, created.token)}>
              Open the room
            </a>
            <button type="button" onClick={close}>
              Close
            </button>
          </div>
        </>
      ) : (
        <ForkForm room={room} seq={seq} onCreated={setCreated} onClose={close} />
      )}
    </dialog>
  );
}

interface ForkFormProps extends ForkDialogProps {
  readonly onCreated: (created: CreatedRoom) => void;
}

function ForkForm({ room, seq, onCreated, onClose }: ForkFormProps) {
  const { id, setId, createToken, setCreateToken, error, isBusy, submit } = useCreation(
    (asked) => room.fork({ at: seq, ...asked }),
    onCreated,
  );
  return (
    <form class="stack" onSubmit={submit}>
      <h2>Fork from event {seq}</h2>
      <p class="muted">
        A new room that begins with all that this one held then, messages and agents too. This one goes on as
        it is.
      </p>
      <NameField value={id} placeholder="leave it to the server" onChange={setId} />
      {createToken !== null && <CreateToken value={createToken} onChange={setCreateToken} />}
      <Refusal error={error} />
      <div class="buttons">
        <button type="submit" class="primary" disabled={isBusy}>
          Fork
        </button>
        <button type="button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </form>
  );
}
