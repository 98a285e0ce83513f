import { LIMITS } from "../kernel/limits.ts";
import { Fault } from "./errors.ts";
import { type Meter, Overrun } from "./meter.ts";
import type { Pattern } from "./patterns.ts";
import type { RoomFunction } from "./room-functions.ts";
import { type CelValue, type Kind, kindOf } from "./values.ts";

/** An expression, or a part of one, ready to run. */
export type Evaluate = (run: Run) => CelValue;

/** Answers a function of the room's; undefined where it does not take arguments of these types. */
export type AskRoom = (name: RoomFunction, values: readonly CelValue[], run: Run) => CelValue | undefined;

const CHARS_PER_STEP = 16;

/** One evaluation of one program: what it reads, what it has bound, what it may still spend. */
export class Run {
  readonly #readRoot: (name: string) => CelValue;
  readonly #roots = new Map<string, CelValue>();
  readonly #meter: Meter;
  readonly #askRoom: AskRoom | undefined;
  /** The patterns that this run has paid the compiling of, by their source. */
  readonly patterns = new Map<string, Pattern>();
  /** The variables that macros bind, by the number that the builder gave each. */
  readonly slots: CelValue[] = [];
  /** Where in the text an error would be, in UTF-16 units from 0. */
  position = 0;

  constructor(readRoot: (name: string) => CelValue, meter: Meter, askRoom?: AskRoom) {
    this.#readRoot = readRoot;
    this.#meter = meter;
    this.#askRoom = askRoom;
  }

  root(name: string): CelValue {
    const known = this.#roots.get(name);
    if (known !== undefined) return known;
    const value = this.#readRoot(name);
    this.#roots.set(name, value);
    return value;
  }

  /** What the room answers to a function of its own; undefined where it takes no such arguments. @throws Fault */
  ask(name: RoomFunction, values: readonly CelValue[]): CelValue | undefined {
    return this.#askRoom ? this.#askRoom(name, values, this) : this.fail(`${name}() cannot be asked here`);
  }

  charge(steps: number): void {
    this.#meter.charge(steps);
  }

  /** Charges for going through text of `chars` UTF-16 units. */
  chargeText(chars: number): void {
    this.#meter.charge(1 + Math.floor(chars / CHARS_PER_STEP));
  }

  /** Charges for a string of `chars` UTF-16 units that is about to be made. @throws Overrun when it would be too long. */
  makeText(chars: number): void {
    this.limitText(chars);
    this.chargeText(chars);
  }

  /** @throws Overrun when a string of `chars` UTF-16 units would be too long. */
  limitText(chars: number): void {
    if (chars <= LIMITS.expressionStringChars) return;
    throw new Overrun(`the expression makes a string longer than ${LIMITS.expressionStringChars} characters`);
  }

  /** Charges for a list of `length` that is about to be made. @throws Overrun when it would be too long. */
  makeList(length: number): void {
    if (length > LIMITS.expressionListElements) {
      throw new Overrun(`the expression makes a list longer than ${LIMITS.expressionListElements} elements`);
    }
    this.#meter.charge(length);
  }

  /** @throws Fault always. */
  fail(message: string): never {
    throw new Fault(message, this.position);
  }

  /** Fails because `name` takes no such operands. @throws Fault always. */
  noOverload(name: string, values: readonly CelValue[]): never {
    const kinds: Kind[] = values.map(kindOf);
    const signature =
      kinds.length === 2 && !/\w/.test(name) ? kinds.join(` ${name} `) : `${name}(${kinds.join(", ")})`;
    return this.fail(`no such overload: ${signature}`);
  }
}
