import { readFile } from 'node:fs/promises';
import type { Product } from '../start-product.ts';

/** The product's state at one moment; sizes in MB, null where the system doesn't tell. */
export interface Sample {
  atS: number;
  rssMb: number;
  /** What of it is the process's own: without SQLite's memory map of the database, and code. */
  anonymousMb: number | null;
  heapMb: number;
  externalMb: number;
  handles: number;
  openFiles: number;
  eventClients: number;
  runs: number;
  probes: number;
}

/** Reads `/metrics`; throws where it can't be had. */
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
  // Linux alone has it: https://docs.kernel.org/filesystems/proc.html
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kibibytes = /^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? null : (Number(kibibytes) * 1024) / 1e6;
}
