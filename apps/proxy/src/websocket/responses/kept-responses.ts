import type { History } from './history.ts';
import type { KeptHistories, KeptHistory } from './kept-histories.ts';

/** As many as OpenAI allows on one connection. */
const streamLimit = 32;
const idLimit = 1_000;

interface Kept {
  id: string;
  kept: KeptHistory;
}

/**
 * The latest response of each stream of a connection, so that the next request can continue it. One whose
 * history was dropped can't be continued.
 */
export class KeptResponses {
  readonly #histories: KeptHistories;
  readonly #keyHash: string;
  /** By `stream_id`, the oldest first. */
  readonly #kept = new Map<string | null, Kept>();
  /** Ids that no channel knows either. */
  readonly #forgotten = new Set<string>();

  constructor(histories: KeptHistories, keyHash: string) {
    this.#histories = histories;
    this.#keyHash = keyHash;
  }

  /** Null if it isn't one of this connection's; `forgotten`: it was, and nobody has it any more. */
  find(id: string): KeptHistory | 'forgotten' | null {
    for (const one of this.#kept.values()) {
      if (one.id === id && one.kept.history) return one.kept;
    }
    return this.#forgotten.has(id) ? 'forgotten' : null;
  }

  /** `isStored`: whether its channel keeps it too. */
  keep(streamId: string | null, id: string, history: History | null, isStored: boolean): void {
    this.#drop(streamId);
    if (!isStored) this.#forget(id);
    const kept = history && this.#histories.keep(this.#keyHash, history);
    if (!kept) return;
    this.#kept.set(streamId, { id, kept });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > streamLimit && oldest !== undefined) this.#drop(oldest);
  }

  close(): void {
    for (const streamId of [...this.#kept.keys()]) this.#drop(streamId);
  }

  #drop(streamId: string | null): void {
    const one = this.#kept.get(streamId);
    if (!one) return;
    this.#kept.delete(streamId);
    this.#histories.drop(one.kept);
  }

  #forget(id: string): void {
    this.#forgotten.add(id);
    const [oldest] = this.#forgotten;
    if (this.#forgotten.size > idLimit && oldest !== undefined) this.#forgotten.delete(oldest);
  }
}
