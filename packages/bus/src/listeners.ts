import type { FaultListener } from './bus.ts';

/** A set of listeners. If one throws, the others are still called. */
export function createListeners<Args extends unknown[]>(onFault: FaultListener) {
  const listeners = new Set<(...args: Args) => void>();
  return {
    /** Returns a function that removes the listener. */
    add(listener: (...args: Args) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    notify(...args: Args): void {
      for (const listener of listeners) {
        try {
          listener(...args);
        } catch (fault) {
          onFault(fault, 'event listener');
        }
      }
    },
  };
}
