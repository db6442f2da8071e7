import type { BodyBudget } from './body-budget.ts';

const noBytes: Buffer = Buffer.alloc(0);

/** A request's body for as long as a channel may still need it: a stream may go on for long after. */
export class Parcel {
  readonly #budget: BodyBudget;
  #body: Buffer;

  /** The body's bytes are taken from the budget already. */
  constructor(body: Buffer, budget: BodyBudget) {
    this.#body = body;
    this.#budget = budget;
  }

  /** Empty once it was let go. */
  get body(): Buffer {
    return this.#body;
  }

  /** No attempt needs it any more. */
  letGo(): void {
    this.#budget.give(this.#body.length);
    this.#body = noBytes;
  }
}
