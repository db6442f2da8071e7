import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { containersOf, docker } from './faults/docker.ts';
import { openStack, type Stack } from './faults/stack.ts';
import { requireTools } from './gateway/require-tools.ts';
import { runWrk } from './gateway/run-wrk.ts';
import { withTempFolder } from './temp-folder.ts';

/** What the stack does with one, two and three replicas of gateway and worker; needs Docker and wrk. */
const seconds = 15;
const connections = 64;
const targets = 24;
/** Cores for each replica: so few that three replicas, and not the rest of the machine, are the limit. */
const shares = { proxy: 0.2, worker: 0.15 };

requireTools();
const held = `${shares.proxy} of a core each: requests/s | ${shares.worker} of a core each: probes/s`;
console.log(`| replicas | requests/s | median ms | p99 ms | probes/s | ${held} |`);
console.log('| --- | --- | --- | --- | --- | --- | --- |');
await withTempFolder(async (folder) => {
  const bodyFile = join(folder, 'body.json');
  const messages = [{ role: 'user', content: 'hello' }];
  await writeFile(bodyFile, JSON.stringify({ model: 'fast', messages }));
  for (const replicas of [1, 2, 3]) await measure(replicas, bodyFile);
});

async function measure(replicas: number, bodyFile: string): Promise<void> {
  const stack = await openStack({ proxies: replicas, workers: replicas, targets, probeMs: 1 });
  try {
    const url = `${stack.origin}/v1/chat/completions`;
    const options = { url, key: stack.masterToken, bodyFile, connections };
    // Warms up the compiler.
    await runWrk({ ...options, seconds: 5 });
    const { requestsPerS, p50Ms, p99Ms } = await runWrk({ ...options, seconds });
    const probesPerS = await measureProbes(stack);
    await hold();
    const heldRequests = (await runWrk({ ...options, seconds })).requestsPerS;
    const heldProbes = await measureProbes(stack);
    const figures = [requestsPerS, p50Ms, p99Ms, probesPerS, heldRequests, heldProbes];
    const cells = figures.map((figure) => figure.toFixed(0));
    console.log(`| ${[replicas, ...cells].join(' | ')} |`);
  } finally {
    await stack.close();
  }
}

/** Limits each gateway and worker to its share of a core. */
async function hold(): Promise<void> {
  for (const service of ['proxy', 'worker'] as const) {
    for (const container of await containersOf(service)) {
      await docker('update', '--cpus', String(shares[service]), container);
    }
  }
}

/** Asks for every channel's run again as soon as it is over. */
async function measureProbes(stack: Stack): Promise<number> {
  const stopping = AbortSignal.timeout(seconds * 1000);
  const before = await stack.providerCounts();
  const startedAtMs = performance.now();
  await Promise.all(
    stack.targetIds.map(async (id) => {
      while (!stopping.aborted) {
        await stack.ask(`/api/targets/${id}/run`, 'POST').catch(() => {});
        await pause(50);
      }
    }),
  );
  const after = await stack.providerCounts();
  const passedS = (performance.now() - startedAtMs) / 1000;
  return (after.probesAnswered - before.probesAnswered) / passedS;
}
