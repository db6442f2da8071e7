import type { BodyBudget } from '../request/body/read-request-body.ts';

/** Bytes of something that grows and shrinks, which count as bodies in memory. */
export class CountedBytes {
  readonly #budget: BodyBudget;
  #counted = 0;

  constructor(budget: BodyBudget) {
    this.#budget = budget;
  }

  /** False if all bodies together leave no room for this much; then less is counted. */
  set(bytes: number): boolean {
    const more = bytes - this.#counted;
    if (more > 0 && !this.#budget.take(more)) return false;
    if (more < 0) this.#budget.give(-more);
    this.#counted = bytes;
    return true;
  }
}
