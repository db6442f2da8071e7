import type { Product } from '../start-product.ts';

/** Counts of the soak so far, and the faults that it found. */
export interface Tally {
  count(what: string): void;
  countOf(what: string): number;
  /** Something that should not have happened; the first of each kind is kept for the report. */
  fault(kind: string, what: string): void;
  faults(): readonly { kind: string; first: string; times: number }[];
}

export function createTally(): Tally {
  const counts = new Map<string, number>();
  const faults = new Map<string, { kind: string; first: string; times: number }>();
  return {
    count: (what) => void counts.set(what, (counts.get(what) ?? 0) + 1),
    countOf: (what) => counts.get(what) ?? 0,
    fault(kind, what) {
      const known = faults.get(kind);
      if (known) known.times += 1;
      else faults.set(kind, { kind, first: what.slice(0, 500), times: 1 });
    },
    faults: () => [...faults.values()],
  };
}

/** Sends a request, reads its whole answer and counts it; null if none came. */
export type AskProduct = (
  method: string,
  path: string,
  body?: object,
) => Promise<{ status: number; text: string } | null>;

/** Every 5xx is a fault, and so is every request without an answer while `signal` isn't aborted. */
export function createAskProduct(product: Product, tally: Tally, signal: AbortSignal): AskProduct {
  return async (method, path, body) => {
    const json = body && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    };
    try {
      const response = await product.fetch(path, { method, signal, ...json });
      const text = await response.text();
      tally.count(`requests, ${response.status}`);
      tally.count('requests');
      if (response.status >= 500) tally.fault(`HTTP ${response.status}`, `${path}: ${text}`);
      return { status: response.status, text };
    } catch (error) {
      if (!signal.aborted) tally.fault('no answer', `${method} ${path}: ${error}`);
      return null;
    }
  };
}
