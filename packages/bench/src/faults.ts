import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { checkRuns } from './faults/check-runs.ts';
import { type LoadResult, startLoad } from './faults/load.ts';
import { type ActResult, type Scenario, scenarios } from './faults/scenarios.ts';
import { openStack, type Stack, until } from './faults/stack.ts';

/**
 * `faults [name …]`: starts the stack with Docker, and for each fault runs clients and probes before,
 * during and after it. Prints a row for each, and exits with 1 if something was lost.
 */
const calmMs = 10_000;
/** How long after a kill the edge may still use its connections to the killed gateway. */
const edgeKnowsMs = 500;
const { positionals } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !scenarios.some((one) => one.name === name));
if (unknown.length > 0) {
  const names = scenarios.map(({ name }) => name).join(', ');
  throw new Error(`no such fault: ${unknown.join(', ')}; there are ${names}`);
}
const chosen = scenarios.filter(
  ({ name }) => positionals.length === 0 || positionals.includes(name),
);

console.log(
  '| fault | requests | failed | streams | cut, refused | sent twice | records | probes, of a model at once | rows | runs | interrupted | overlapping, stuck | last failure after | next run after |',
);
console.log(`|${' --- |'.repeat(14)}`);
let isAllWell = true;
for (const scenario of chosen) isAllWell = (await play(scenario)) && isAllWell;
process.exitCode = isAllWell ? 0 : 1;

/** True if nothing was lost except what a killed gateway held, and no channel ran twice at once. */
async function play(scenario: Scenario): Promise<boolean> {
  const { streams = 20, probeMs = 400 } = scenario;
  const stack = await openStack({ proxies: 3, workers: 2, targets: 12, probeMs });
  try {
    const load = startLoad(stack, { clients: 20, streams });
    await pause(calmMs);
    const begunAtMs = performance.now();
    const actResult = (await scenario.act(stack)) ?? {};
    const overAtS = Date.now() / 1000;
    await until(() => ranSince(stack, overAtS));
    const nextRunS = Date.now() / 1000 - overAtS;
    await pause(calmMs);
    const result = await load.stop();
    await until(() => allOver(stack));
    return await report(stack, scenario, { result, begunAtMs, nextRunS, actResult });
  } finally {
    await stack.close();
  }
}

async function ranSince(stack: Stack, sinceS: number): Promise<boolean> {
  const { json } = await stack.ask('/api/targets?history=0');
  return json.items.some(({ last_run_at }: { last_run_at: number }) => last_run_at > sinceS);
}

/** Whether no run is in progress; then waits until all records are written. */
async function allOver(stack: Stack): Promise<boolean> {
  const { json } = await stack.ask('/api/health');
  await pause(3_000);
  return json.ok && json.running_targets.length === 0;
}

interface Outcome {
  result: LoadResult;
  begunAtMs: number;
  nextRunS: number;
  actResult: ActResult;
}

async function report(stack: Stack, scenario: Scenario, outcome: Outcome): Promise<boolean> {
  const { name, areTimesSkewed = false } = scenario;
  const { result, begunAtMs, nextRunS, actResult } = outcome;
  const { streams, failures } = result;
  const runs = await checkRuns(stack);
  const provider = await stack.providerCounts();
  const totals = (await stack.ask('/api/proxy/requests/totals')).json.items as Total[];
  const records = totals.reduce((sum, item) => sum + item.requests - item.failures, 0);
  const overlapping = areTimesSkewed ? '–' : runs.overlapping;
  const answered = result.ok + streams.ok;
  const lastMs = failures.at(-1)?.atMs ?? begunAtMs;
  const cells = [
    actResult.note ? `${name} (${actResult.note})` : name,
    result.sent,
    failures.length - streams.cut - streams.refused,
    streams.sent,
    `${streams.cut}, ${streams.refused}`,
    provider.repeated,
    `${records} of ${answered}`,
    `${provider.probesAnswered}, ${provider.probesAtOnce}`,
    runs.rows,
    runs.runs,
    runs.interrupted,
    `${overlapping}, ${runs.stuck}`,
    failures.length > 0 ? `${((lastMs - begunAtMs) / 1000).toFixed(1)} s` : '–',
    `${nextRunS.toFixed(1)} s`,
  ];
  console.log(`| ${cells.join(' | ')} |`);
  for (const [what, times] of counted(failures))
    console.log(`<!-- ${name}: ${times} × ${what} -->`);
  const isSingle = (areTimesSkewed || runs.overlapping === 0) && provider.probesAtOnce === 1;
  const isRecorded = records >= answered - (actResult.killed?.answeredLast ?? 0);
  return isSingle && runs.stuck === 0 && isRecorded && isLossExplained(result, actResult);
}

/**
 * Whether the only failed requests are those that a killed gateway held, or that the edge sent to it
 * before noticing.
 */
function isLossExplained({ failures, streams }: LoadResult, { killed }: ActResult): boolean {
  if (!killed) return failures.length === 0;
  const killedAtMs = killed.atMs - performance.timeOrigin;
  const latestMs = Math.max(...failures.map(({ begunAtMs }) => begunAtMs - killedAtMs));
  console.log(`<!-- the last failed request began ${latestMs.toFixed(0)} ms after the kill -->`);
  return latestMs < edgeKnowsMs && streams.cut <= killed.streams + killed.answeredLast;
}

interface Total {
  requests: number;
  failures: number;
}

function counted(failures: LoadResult['failures']): Map<string, number> {
  const times = new Map<string, number>();
  for (const { what } of failures) times.set(what, (times.get(what) ?? 0) + 1);
  return times;
}
