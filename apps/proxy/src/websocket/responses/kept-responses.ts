import type { BodyBudget } from '../../request/body/read-request-body.ts';
import { bytesOf, type History } from './history.ts';

/** As many as OpenAI allows on one connection. */
const streamLimit = 32;
const idLimit = 1_000;

interface Kept {
  id: string;
  history: History;
  bytes: number;
}

/**
 * The latest response of each stream of a connection, so that the next request can continue it. Their bytes
 * count as bodies in memory; where there is no room, the response can't be continued.
 */
export class KeptResponses {
  readonly #budget: BodyBudget;
  readonly #limitBytes: number;
  /** By `stream_id`, the oldest first. */
  readonly #kept = new Map<string | null, Kept>();
  /** Ids that no channel knows either. */
  readonly #forgotten = new Set<string>();

  constructor(budget: BodyBudget, limitBytes: number) {
    this.#budget = budget;
    this.#limitBytes = limitBytes;
  }

  /** Null if it isn't one of this connection's; `forgotten`: it was, and nobody has it any more. */
  find(id: string): History | 'forgotten' | null {
    for (const kept of this.#kept.values()) if (kept.id === id) return kept.history;
    return this.#forgotten.has(id) ? 'forgotten' : null;
  }

  /** `isStored`: whether its channel keeps it too. */
  keep(streamId: string | null, id: string, history: History | null, isStored: boolean): void {
    this.#drop(streamId);
    if (!isStored) this.#forget(id);
    if (!history) return;
    const bytes = bytesOf(history);
    if (bytes > this.#limitBytes || !this.#budget.take(bytes)) return;
    this.#kept.set(streamId, { id, history: copied(history), bytes });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > streamLimit && oldest !== undefined) this.#drop(oldest);
  }

  close(): void {
    for (const streamId of [...this.#kept.keys()]) this.#drop(streamId);
  }

  #drop(streamId: string | null): void {
    const kept = this.#kept.get(streamId);
    if (!kept) return;
    this.#kept.delete(streamId);
    this.#budget.give(kept.bytes);
  }

  #forget(id: string): void {
    this.#forgotten.add(id);
    const [oldest] = this.#forgotten;
    if (this.#forgotten.size > idLimit && oldest !== undefined) this.#forgotten.delete(oldest);
  }
}

/** Lists that are still parts of a frame get their own memory, so that the frame's can be freed. */
function copied({ base, lists }: History): History {
  return { base: base && own(base), lists: lists.map(own) };
}

function own(bytes: Buffer): Buffer {
  if (bytes.length === bytes.buffer.byteLength) return bytes;
  const alone = Buffer.allocUnsafeSlow(bytes.length);
  alone.set(bytes);
  return alone;
}
