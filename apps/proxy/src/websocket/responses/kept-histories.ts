import type { BodyBudget } from '../../request/body/read-request-body.ts';
import { bytesOf, type History } from './history.ts';

export interface KeptHistory {
  readonly keyHash: string;
  readonly bytes: number;
  /** Null once it was dropped. Don't keep it across a wait: its bytes may be given to others. */
  history: History | null;
}

interface OfKey {
  bytes: number;
  /** The oldest first. */
  kept: Set<KeptHistory>;
}

/** The share of all bodies' memory that one key's histories may take. */
const keyShare = 1 / 4;

/**
 * The histories of all WebSockets, which count as bodies in memory. They make room for bodies: a client whose
 * history is gone sends all of its input again.
 */
export class KeptHistories {
  readonly #budget: BodyBudget;
  readonly #keyLimitBytes: number;
  readonly #byKey = new Map<string, OfKey>();

  constructor(budget: BodyBudget) {
    this.#budget = budget;
    this.#keyLimitBytes = budget.limitBytes * keyShare;
    budget.onShort = (missingBytes) => this.#makeRoom(missingBytes);
  }

  /** Null if there is no room for it. */
  keep(keyHash: string, history: History): KeptHistory | null {
    const bytes = bytesOf(history);
    if (bytes > this.#keyLimitBytes) return null;
    while ((this.#byKey.get(keyHash)?.bytes ?? 0) + bytes > this.#keyLimitBytes) {
      this.#dropOldest(keyHash);
    }
    if (!this.#budget.take(bytes)) return null;
    const kept: KeptHistory = { keyHash, bytes, history: copied(history) };
    const ofKey = this.#byKey.get(keyHash) ?? { bytes: 0, kept: new Set() };
    ofKey.bytes += bytes;
    ofKey.kept.add(kept);
    this.#byKey.set(keyHash, ofKey);
    return kept;
  }

  drop(kept: KeptHistory): void {
    const ofKey = this.#byKey.get(kept.keyHash);
    if (!ofKey?.kept.delete(kept)) return;
    kept.history = null;
    ofKey.bytes -= kept.bytes;
    if (ofKey.kept.size === 0) this.#byKey.delete(kept.keyHash);
    this.#budget.give(kept.bytes);
  }

  #dropOldest(keyHash: string): number {
    const [oldest] = this.#byKey.get(keyHash)?.kept ?? [];
    if (!oldest) return 0;
    this.drop(oldest);
    return oldest.bytes;
  }

  /** Drops histories of the key that keeps most, until this much is free or none is left. */
  #makeRoom(missingBytes: number): void {
    let freedBytes = 0;
    while (freedBytes < missingBytes && this.#byKey.size > 0) {
      const [most] = [...this.#byKey].sort(([, a], [, b]) => b.bytes - a.bytes);
      if (most) freedBytes += this.#dropOldest(most[0]);
    }
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
