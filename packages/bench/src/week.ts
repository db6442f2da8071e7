import { parseArgs } from 'node:util';
import { createEvidencePolicy } from './week/evidence-policy.ts';
import { createFormerPolicy } from './week/former-policy.ts';
import { simulate, type WeekResult } from './week/simulate.ts';
import { createTraffic } from './week/traffic.ts';
import { createWorld } from './week/world.ts';

/**
 * `week`: a simulated week of 60 channels with 40 models each. A clock runs, nobody waits; what is probed
 * and where requests go is decided by core, beside what the version before evidence did. `--seed 2` is
 * another week.
 */
const args = process.argv.slice(2).filter((arg) => arg !== '--');
const { values } = parseArgs({ args, options: { seed: { type: 'string', default: '1' } } });
const seed = Number(values.seed);

const world = createWorld(seed);
const traffic = createTraffic(world, seed + 1);
const before = simulate(world, traffic, createFormerPolicy);
const now = simulate(world, traffic, createEvidencePolicy);

const count = (value: number) => value.toLocaleString('en');
const rows: [string, (result: WeekResult) => string][] = [
  ['probes asked', ({ probes }) => count(probes)],
  ['tokens spent', ({ tokens }) => count(tokens)],
  ['client requests', ({ requests }) => count(requests)],
  ['met a dead channel', ({ metDead }) => count(metDead)],
  ['got no answer', ({ unserved }) => count(unserved)],
  ['– though a channel would have answered', ({ needless }) => count(needless)],
  ...outageRows('a model in use', ({ wanted }) => wanted),
  ...outageRows('a model that nobody used', ({ unwanted }) => unwanted),
];
console.log('| in a week | before | now |\n| --- | ---: | ---: |');
for (const [name, of] of rows) console.log(`| ${name} | ${of(before)} | ${of(now)} |`);

function outageRows(
  what: string,
  of: (result: WeekResult) => WeekResult['wanted'],
): [string, (result: WeekResult) => string][] {
  const spread = ({ median, p95 }: { median: number; p95: number }) =>
    `${readable(median)}, ${readable(p95)}`;
  return [
    [
      `outages of ${what}, noticed`,
      (one) => `${count(of(one).noticed)} of ${count(of(one).outages)}`,
    ],
    ['– time to notice: median, p95', (one) => spread(of(one).noticeS)],
    ['– time to recover: median, p95', (one) => spread(of(one).recoverS)],
  ];
}

function readable(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  return seconds < 5400 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
