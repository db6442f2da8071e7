import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { compose, containersOf, docker, edgePort, project } from './docker.ts';

/** The running stack, as its clients see it. */
export interface Stack {
  origin: string;
  masterToken: string;
  targetIds: number[];
  /** Resolves with the answer whatever its status; rejects if none came. */
  ask(path: string, method?: string, body?: object): Promise<Asked>;
  providerCounts(): Promise<ProviderCounts>;
  close(): Promise<void>;
}

export interface ProviderCounts {
  repeated: number;
  probesAnswered: number;
  probesAtOnce: number;
  /** By the address of a gateway whose streams broke off: when (Unix ms), how many, what it had just answered. */
  gateways: Record<string, { atMs: number; streamsCut: number; answeredLast: number }>;
}

export interface Asked {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the caller knows the path's answer
  json: any;
}

interface Options {
  proxies: number;
  workers: number;
  targets: number;
  /** How long a probe takes. */
  probeMs: number;
}

const providerName = `${project}-provider`;
const providerFile = fileURLToPath(new URL('provider.ts', import.meta.url));
const dockerfile = fileURLToPath(new URL('../../../../.docker/Dockerfile', import.meta.url));
const origin = `http://127.0.0.1:${edgePort}`;

/** Builds and starts a new stack, with channels whose models have been proven once. */
export async function openStack({ proxies, workers, targets, probeMs }: Options): Promise<Stack> {
  await close();
  await compose(
    'up',
    '-d',
    '--build',
    '--scale',
    `proxy=${proxies}`,
    '--scale',
    `worker=${workers}`,
  );
  await startProvider(probeMs);
  const { apiToken, masterToken } = await tokens();
  const ask = async (path: string, method = 'GET', body?: object): Promise<Asked> => {
    const headers = { authorization: `Bearer ${apiToken}`, 'content-type': 'application/json' };
    const sent = { method, headers, signal: AbortSignal.timeout(20_000) };
    const response = await fetch(
      origin + path,
      body ? { ...sent, body: JSON.stringify(body) } : sent,
    );
    return { status: response.status, json: await response.json().catch(() => null) };
  };
  const port = (await docker('port', providerName, '9090')).split(':').at(-1);
  const providerCounts = async () =>
    (await (await fetch(`http://127.0.0.1:${port}/counts`)).json()) as ProviderCounts;
  await until(async () => (await ask('/api/health')).status === 200);
  const targetIds: number[] = [];
  for (let n = 1; n <= targets; n += 1) targetIds.push(await addTarget(ask, n));
  for (const id of targetIds) await ask(`/api/targets/${id}/run`, 'POST');
  await until(async () => {
    const { json } = await ask('/api/targets?history=0');
    return json.items.every((item: { last_status: string }) => item.last_status === 'healthy');
  });
  return { origin, masterToken, targetIds, ask, providerCounts, close };
}

async function close(): Promise<void> {
  await docker('rm', '-f', providerName).catch(() => {});
  await compose('--profile', 'ahead', 'down', '-v', '-t', '5');
}

async function startProvider(probeMs: number): Promise<void> {
  await docker(
    ...['create', '--name', providerName, '--network', `${project}_inner`],
    ...['--network-alias', 'provider', '-p', '127.0.0.1:0:9090', '-e', `PROBE_MS=${probeMs}`],
    ...[await nodeImage(), 'node', '/provider.ts'],
  );
  await docker('cp', providerFile, `${providerName}:/provider.ts`);
  await docker('start', providerName);
}

/** The image that the services are built on. */
async function nodeImage(): Promise<string> {
  const pinned = /^FROM (\S+) AS pinned-node$/m.exec(await readFile(dockerfile, 'utf8'))?.[1];
  if (!pinned) throw new Error('the Dockerfile pins no Node image');
  return process.env.NODE_IMAGE ?? pinned;
}

async function tokens(): Promise<{ apiToken: string; masterToken: string }> {
  let log = '';
  await until(async () => {
    const [api = ''] = await containersOf('api');
    log = await docker('logs', api);
    return /ADMIN_PANEL_PASSWORD/.test(log);
  });
  const tokenOf = (name: string) => new RegExp(`${name} +(\\S+)`).exec(log)?.[1] ?? '';
  return { apiToken: tokenOf('API_MONITOR_TOKEN'), masterToken: tokenOf('PROXY_MASTER_TOKEN') };
}

async function addTarget(ask: Stack['ask'], n: number): Promise<number> {
  const { json } = await ask('/api/targets', 'POST', {
    name: `t${n}`,
    base_url: `http://provider:9090/t${n}`,
    api_key: 'sk-of-the-faults',
    interval_min: 1,
    timeout_s: 20,
  });
  return json.item.id;
}

/** Waits until `holds` resolves with true; an error counts as false. Rejects after two minutes. */
export async function until(holds: () => Promise<boolean>, limitMs = 120_000): Promise<void> {
  const endsAt = performance.now() + limitMs;
  while (performance.now() < endsAt) {
    if (await holds().catch(() => false)) return;
    await pause(250);
  }
  throw new Error(`still false after ${limitMs / 1000} s: ${holds}`);
}
