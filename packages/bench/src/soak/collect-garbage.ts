import { once } from 'node:events';

/** A line to the inspector of another Node process. */
export interface GarbageCollector {
  /** Resolves when that process has collected all that nobody holds any more. */
  collect(): Promise<void>;
  /** A process waits for its inspector's clients before it ends: close this one first. */
  close(): void;
}

const timeoutMs = 30_000;

/** Speaks the protocol of https://chromedevtools.github.io/devtools-protocol/v8/HeapProfiler/. */
export async function connectGarbageCollector(url: string): Promise<GarbageCollector> {
  const socket = new WebSocket(url);
  await once(socket, 'open', { signal: AbortSignal.timeout(timeoutMs) });
  let id = 0;
  return {
    async collect() {
      id += 1;
      socket.send(JSON.stringify({ id, method: 'HeapProfiler.collectGarbage' }));
      await once(socket, 'message', { signal: AbortSignal.timeout(timeoutMs) });
    },
    close: () => socket.close(),
  };
}
