import { setTimeout as pause } from 'node:timers/promises';
import { startChannels } from './outages/channels.ts';
import { type Seen, startClients } from './outages/clients.ts';
import { meetsGoal, type Outage, outagesOf } from './outages/outage.ts';
import { type Product, startProduct } from './start-product.ts';
import { withTempFolder } from './temp-folder.ts';

/**
 * `outages`: what clients see of a channel's outages through the gateway, with one channel of a model and
 * with two. The outages of one length run at the same time, each with its own channels and clients. Exits
 * with 1 if a row misses its goal.
 */
const key = 'sk-master-of-the-outages-0123456789';
const lengthsS = [0.2, 1, 5, 30];
const calmMs = 3_000;
/** After this the clients of an outage count as served for good. */
const watchedAfterMs = 12_000;
const patienceMs = 60_000;

const head = [
  ...['outage', 'channels', 'requests', 'failed', 'longest wait', 'first served after its end'],
  ...['last failed after its end', 'goal', 'why they failed'],
];
console.log(`| ${head.join(' | ')} |\n|${' --- |'.repeat(head.length)}`);
process.exitCode = (await withTempFolder(measure)) ? 0 : 1;

async function measure(dataDir: string): Promise<boolean> {
  const all = lengthsS.map(outagesOf);
  const channels = await startChannels(all.flat());
  const product = await startProduct({
    dataDir,
    env: { PROXY_MASTER_TOKEN: key, UPSTREAM_ALLOW_PRIVATE: 'on', LOG_LEVEL: 'error' },
    onLine: (line) => line.startsWith('{') && console.error(line),
  });
  let isWell = true;
  try {
    for (const outages of all) {
      for (const outage of outages) await addChannels(product, channels, outage);
      await untilListed(product, outages.flatMap(namesOf));
      for (const row of await Promise.all(outages.map((outage) => play(product, outage)))) {
        console.log(row.text);
        isWell &&= row.isWell;
      }
    }
  } finally {
    await product.stop();
    channels.close();
  }
  return isWell;
}

type Channels = Awaited<ReturnType<typeof startChannels>>;

async function addChannels(product: Product, channels: Channels, outage: Outage): Promise<void> {
  for (const place of placesOf(outage)) {
    const answer = await product.fetch('/api/targets', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        name: `${outage.name}-${place}`,
        base_url: channels.addressOf(outage, place),
        api_key: 'sk-of-the-outages-0123456789',
        interval_min: 30,
        timeout_s: 3,
      }),
    });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  }
}

/** The names by which the gateway lists an outage's models once their probes have passed. */
function namesOf(outage: Outage): string[] {
  return placesOf(outage).map((place) => `${outage.name}-${place}/${outage.model}`);
}

function placesOf({ channels }: Outage) {
  return (['first', 'second'] as const).slice(0, channels);
}

async function untilListed({ origin }: Product, names: readonly string[]): Promise<void> {
  const deadline = performance.now() + patienceMs;
  const headers = { authorization: `Bearer ${key}` };
  while (true) {
    const answer = await fetch(`${origin}/v1/models`, { headers });
    const { data } = (await answer.json()) as { data: { id: string }[] };
    const listed = new Set(data.map(({ id }) => id));
    if (names.every((name) => listed.has(name))) return;
    if (performance.now() > deadline) throw new Error('the channels were not proven in time');
    await pause(200);
  }
}

/** Runs clients before, during and after one outage, and returns its row. */
async function play({ origin }: Product, outage: Outage) {
  const clients = startClients({ origin, key, model: outage.model });
  await pause(calmMs);
  outage.isOut = true;
  await pause(1000 * outage.lastsS);
  outage.isOut = false;
  const endMs = performance.now();
  await pause(watchedAfterMs);
  const seen = await clients.stop();
  return rowOf(outage, seen, endMs);
}

function rowOf(outage: Outage, seen: readonly Seen[], endMs: number) {
  const served = seen.filter(({ isServed }) => isServed);
  const failures = seen.filter(({ isServed }) => !isServed);
  const longestMs = Math.max(...seen.map(({ begunAtMs, endedAtMs }) => endedAtMs - begunAtMs));
  const servedAfter = served.map(({ endedAtMs }) => endedAtMs).filter((at) => at > endMs);
  const firstServedS = (Math.min(...servedAfter) - endMs) / 1000;
  const lastFailedS = (Math.max(...failures.map(({ endedAtMs }) => endedAtMs)) - endMs) / 1000;
  const overAfterS = Math.max(firstServedS, lastFailedS);
  const goal = meetsGoal(outage, { failed: failures.length, overAfterS });
  const cells = [
    ...[`${outage.lastsS} s, ${outage.way}`, outage.channels, seen.length, failures.length],
    ...[`${(longestMs / 1000).toFixed(1)} s`, `${firstServedS.toFixed(1)} s`],
    lastFailedS > 0 ? `${lastFailedS.toFixed(1)} s` : '–',
    goal === null ? '–' : goal ? 'met' : 'missed',
    [...new Set(failures.map(({ reason }) => reason))].join(', ') || '–',
  ];
  return { text: `| ${cells.join(' | ')} |`, isWell: goal !== false };
}
