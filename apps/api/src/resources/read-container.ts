import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from '@hono/zod-openapi';

/** The limits of the container, or of what else bounds this process, and what it has used. */
export const containerSchema = z.object({
  available: z.boolean(),
  cgroup_version: z.union([z.literal(1), z.literal(2)]).nullable(),
  cpu_usage_seconds_total: z
    .number()
    .nullable()
    .openapi({ description: 'it only grows; two samples give the cores in use between them' }),
  cpu_limit_cores: z.number().nullable().openapi({ description: 'null: none' }),
  memory_usage_bytes: z
    .int()
    .nullable()
    .openapi({ description: 'without cached files that the kernel can drop' }),
  memory_limit_bytes: z.int().nullable().openapi({ description: 'null: none' }),
  detail: z.string().openapi({ description: 'what is missing, and why' }),
});
export type ContainerResources = z.infer<typeof containerSchema>;

/** Where the kernel has the figures; tests use folders of their own. */
export interface CgroupPlace {
  /** `/sys/fs/cgroup` */
  root: string;
  /** `/proc/self/cgroup` */
  membership: string;
}

/** Reads this process's control group, version 2 or 1. Never throws; `detail` says what is missing. */
export async function readContainer(place: CgroupPlace): Promise<ContainerResources> {
  const membership = (await readText(place.membership)) ?? '';
  if ((await readText(join(place.root, 'cgroup.controllers'))) !== null) {
    return readVersion2(place.root, membership);
  }
  const version1 = await readVersion1(place.root, membership);
  return version1 ?? { ...nothing, detail: 'no control groups: this is not a Linux container' };
}

const nothing: ContainerResources = {
  available: false,
  cgroup_version: null,
  cpu_usage_seconds_total: null,
  cpu_limit_cores: null,
  memory_usage_bytes: null,
  memory_limit_bytes: null,
  detail: '',
};

/** https://docs.kernel.org/admin-guide/cgroup-v2.html */
async function readVersion2(root: string, membership: string): Promise<ContainerResources> {
  const path = /^0::(\S+)$/m.exec(membership)?.[1] ?? '/';
  const folders = foldersUpward(root, path);
  const stat = await firstFound(folders, 'cpu.stat');
  const usageMicros = numberAfter(stat, 'usage_usec');
  const memory = toNumber(await firstFound(folders, 'memory.current'));
  const cached = numberAfter(await firstFound(folders, 'memory.stat'), 'inactive_file') ?? 0;
  return withDetail({
    cgroup_version: 2,
    cpu_usage_seconds_total: usageMicros === null ? null : usageMicros / 1e6,
    cpu_limit_cores: least(await readAll(folders, 'cpu.max'), coresOfMax),
    memory_usage_bytes: memory === null ? null : Math.max(0, memory - cached),
    memory_limit_bytes: least(await readAll(folders, 'memory.max'), toNumber),
  });
}

/** https://docs.kernel.org/admin-guide/cgroup-v1/index.html */
async function readVersion1(root: string, membership: string): Promise<ContainerResources | null> {
  const foldersOf = (controller: string) => {
    const path = pathOfController(membership, controller);
    return foldersUpward(join(root, controller), path);
  };
  const [cpu, accounting, memory] = ['cpu', 'cpuacct', 'memory'].map(foldersOf);
  if (!cpu || !accounting || !memory) return null;
  const usageNanos = toNumber(await firstFound(accounting, 'cpuacct.usage'));
  const used = toNumber(await firstFound(memory, 'memory.usage_in_bytes'));
  if (usageNanos === null && used === null) return null;
  const cached = numberAfter(await firstFound(memory, 'memory.stat'), 'total_inactive_file') ?? 0;
  const quota = toNumber(await firstFound(cpu, 'cpu.cfs_quota_us'));
  const period = toNumber(await firstFound(cpu, 'cpu.cfs_period_us'));
  return withDetail({
    cgroup_version: 1,
    cpu_usage_seconds_total: usageNanos === null ? null : usageNanos / 1e9,
    cpu_limit_cores: quota !== null && quota > 0 && period ? quota / period : null,
    memory_usage_bytes: used === null ? null : Math.max(0, used - cached),
    memory_limit_bytes: least(await readAll(memory, 'memory.limit_in_bytes'), boundedNumber),
  });
}

/** Inside a container the host's path may not exist: then the root is the group itself. */
function foldersUpward(root: string, path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '..');
  return Array.from({ length: parts.length + 1 }, (_, up) =>
    join(root, ...parts.slice(0, parts.length - up)),
  );
}

function pathOfController(membership: string, controller: string): string {
  for (const line of membership.split('\n')) {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers.split(',').includes(controller)) return path;
  }
  return '/';
}

function withDetail(found: Omit<ContainerResources, 'available' | 'detail'>): ContainerResources {
  const missing = [
    found.cpu_usage_seconds_total === null ? 'CPU usage' : '',
    found.memory_usage_bytes === null ? 'memory usage' : '',
  ].filter(Boolean);
  const detail =
    missing.length > 0 ? `the control group does not report: ${missing.join(', ')}` : '';
  return { ...found, available: missing.length < 2, detail };
}

async function firstFound(folders: readonly string[], file: string): Promise<string | null> {
  return (await readAll(folders, file))[0] ?? null;
}

async function readAll(folders: readonly string[], file: string): Promise<string[]> {
  const texts = await Promise.all(folders.map((folder) => readText(join(folder, file))));
  return texts.filter((text) => text !== null);
}

async function readText(path: string): Promise<string | null> {
  return readFile(path, 'utf8').then(
    (text) => text.trim(),
    () => null,
  );
}

/** The tightest limit on the way up applies. */
function least(texts: readonly string[], read: (text: string) => number | null): number | null {
  const limits = texts.map(read).filter((limit) => limit !== null);
  return limits.length > 0 ? Math.min(...limits) : null;
}

/** `200000 100000`: that many microseconds of CPU in each period; `max 100000`: no limit. */
function coresOfMax(text: string): number | null {
  const [quota, period] = text.split(/\s+/).map(Number);
  return quota && period ? quota / period : null;
}

/** Version 1 writes "no limit" as the largest number of whole pages. */
function boundedNumber(text: string): number | null {
  const limit = toNumber(text);
  return limit !== null && limit < 2 ** 60 ? limit : null;
}

function numberAfter(text: string | null, name: string): number | null {
  return toNumber(new RegExp(`^${name} (\\d+)$`, 'm').exec(text ?? '')?.[1] ?? null);
}

function toNumber(text: string | null): number | null {
  return text !== null && /^-?\d+$/.test(text) ? Number(text) : null;
}
