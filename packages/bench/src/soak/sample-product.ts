import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Product } from '../start-product.ts';

/** The product's state at one moment; sizes in MB, null if the system doesn't report them. */
export interface Sample {
  atS: number;
  rssMb: number;
  /** Without SQLite's memory map of the database, and without code. */
  anonymousMb: number | null;
  heapMb: number;
  externalMb: number;
  handles: number;
  openFiles: number;
  eventClients: number;
  runs: number;
  probes: number;
}

/** Reads `/metrics`; throws if it can't be read. */
export async function sampleProduct(product: Product, atS: number): Promise<Sample> {
  const response = await product.fetch('/metrics');
  const text = await response.text();
  if (!response.ok) throw new Error(`/metrics: HTTP ${response.status}`);
  const megabytes = (name: string) => sumOf(text, name) / 1e6;
  return {
    atS,
    rssMb: megabytes('process_resident_memory_bytes'),
    anonymousMb: await anonymousMbOf(product.pid),
    heapMb: megabytes('nodejs_heap_size_used_bytes'),
    externalMb: megabytes('nodejs_external_memory_bytes'),
    handles: sumOf(text, 'nodejs_active_handles'),
    openFiles: sumOf(text, 'process_open_fds'),
    eventClients: sumOf(text, 'api_monitor_event_clients'),
    runs: sumOf(text, 'api_monitor_runs_total'),
    probes: sumOf(text, 'api_monitor_probes_total'),
  };
}

/** The sum of a metric over its labels. */
function sumOf(text: string, name: string): number {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

async function anonymousMbOf(pid: number): Promise<number | null> {
  // Only Linux has it: https://docs.kernel.org/filesystems/proc.html
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kibibytes = /^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? null : (Number(kibibytes) * 1024) / 1e6;
}

/** A connection to the inspector of another Node process. */
export interface GarbageCollector {
  /** Resolves when that process has collected its garbage. */
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
