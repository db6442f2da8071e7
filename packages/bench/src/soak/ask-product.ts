import type { Product } from '../start-product.ts';
import type { Tally } from './tally.ts';

/** Sends a request, reads its whole answer and counts it; null where none came. */
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
