import type { BodyBudget } from '../request/body/read-request-body.ts';

/** How much of an answer is held back while another target could still serve. */
const limitBytes = 64 * 1024;

/** The start of an answer, until it is known whether it goes to the client. */
export class HeldBytes {
  readonly #budget: BodyBudget;
  #pieces: Buffer[] = [];
  #length = 0;

  constructor(budget: BodyBudget) {
    this.#budget = budget;
  }

  /** Keeps the bytes; false if it has become too much to hold on. */
  add(bytes: Buffer): boolean {
    this.#pieces.push(bytes);
    const hasRoom = this.#budget.take(bytes.length);
    if (hasRoom) this.#length += bytes.length;
    return hasRoom && this.#length <= limitBytes;
  }

  /** Returns what was held and forgets it; null if nothing was. */
  release(): Buffer | null {
    const bytes = this.#pieces.length > 1 ? Buffer.concat(this.#pieces) : (this.#pieces[0] ?? null);
    this.#budget.give(this.#length);
    this.#pieces = [];
    this.#length = 0;
    return bytes;
  }
}
