import type { ProxyRequest } from '@api-monitor/core';

/** So many times records are handed over until what was handed over first is taken for written. */
const keptTurns = 60;
/** What a busy gateway serves in the seconds until a queue that was emptied is known as such. */
const keptLimit = 5_000;

/** What was handed over of late, and may be in the queue still: a Redis that is emptied forgets it. */
export class HandedOver {
  readonly #batches: { turn: number; records: readonly ProxyRequest[] }[] = [];
  #turn = 0;
  #count = 0;

  keep(records: readonly ProxyRequest[]): void {
    this.#batches.push({ turn: this.#turn, records });
    this.#count += records.length;
    while (this.#count > keptLimit) this.#forgetFirst();
  }

  /** All that there was is handed over. While the queue is out of reach, no turn ends. */
  endTurn(): void {
    this.#turn += 1;
    const oldest = this.#turn - keptTurns;
    while (this.#batches[0] && this.#batches[0].turn < oldest) this.#forgetFirst();
  }

  /** In the order in which they were handed over. */
  takeAll(): ProxyRequest[] {
    this.#count = 0;
    return this.#batches.splice(0).flatMap(({ records }) => records);
  }

  #forgetFirst(): void {
    this.#count -= this.#batches.shift()?.records.length ?? 0;
  }
}
