import type { Duplex } from 'node:stream';
import type { BodyBudget } from '../request/body/read-request-body.ts';

/** Less isn't worth counting: it is what a connection has in the system's buffers anyway. */
const freeBytes = 64 * 1024;
/** With the mask (RFC 6455, 5.2). */
const controlHeadBytes = 6;

/**
 * Counts the bytes of a message that hasn't arrived completely, because `ws` keeps them. If all bodies
 * together leave no room for it, `onNoRoom` is called, and the connection has to end.
 */
export class ArrivingBytes {
  readonly #budget: BodyBudget;
  readonly #onNoRoom: () => void;
  #arrived = 0;
  #taken = 0;

  constructor(stream: Duplex, budget: BodyBudget, onNoRoom: () => void) {
    this.#budget = budget;
    this.#onNoRoom = onNoRoom;
    stream.on('data', (chunk: Buffer) => this.#add(chunk.length));
    stream.once('close', () => this.settle());
  }

  /** The message is complete: who uses it counts it. */
  settle(): void {
    this.#budget.give(this.#taken);
    this.#arrived = 0;
    this.#taken = 0;
  }

  /** A ping or pong has arrived, which may be within a message. */
  passed(payload: Buffer): void {
    this.#arrived = Math.max(0, this.#arrived - payload.length - controlHeadBytes);
    if (this.#arrived > freeBytes) return;
    this.#budget.give(this.#taken);
    this.#taken = 0;
  }

  #add(length: number): void {
    this.#arrived += length;
    if (this.#arrived <= freeBytes) return;
    if (this.#budget.take(length)) this.#taken += length;
    else this.#onNoRoom();
  }
}
