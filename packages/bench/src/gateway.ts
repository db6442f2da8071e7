import { parseArgs } from 'node:util';
import { pickCores, pinThisProcess } from './gateway/cores.ts';
import { tableOf } from './gateway/figure.ts';
import { measureBudgets, measureLoad } from './gateway/measure-load.ts';
import { measureStreams } from './gateway/measure-streams.ts';
import { measureUnderWork } from './gateway/measure-under-work.ts';
import { requireTools } from './gateway/require-tools.ts';
import { withBench } from './gateway/set-up.ts';
import { withTempFolder } from './temp-folder.ts';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '3' },
    /** Which parts to measure: load, streams, work, budgets. */
    parts: { type: 'string', default: 'load,streams,work' },
    /** Everything of the gateway on one core; by default its records are written on the other. */
    'one-core': { type: 'boolean', default: false },
    /** Options for the gateway's Node, as in --node=--cpu-prof. */
    node: { type: 'string', multiple: true, default: [] },
    /** Another checkout with a built product, measured in the same rounds. */
    before: { type: 'string' },
  },
});
const parts = new Set(values.parts.split(','));

requireTools();
const cores = pickCores();
pinThisProcess(cores.load);
await withTempFolder((folder) => {
  const rounds = Number(values.rounds);
  const seconds = Number(values.seconds);
  const options = {
    folder,
    cores,
    isAllOnOneCore: values['one-core'],
    rounds,
    seconds,
    nodeOptions: values.node,
    before: values.before,
  };
  return withBench(options, async (bench) => {
    if (parts.has('load')) console.log(`\n${tableOf(await measureLoad(bench))}`);
    if (parts.has('streams')) {
      const { figures, memory } = await measureStreams(bench);
      console.log(`\n${tableOf(figures)}\n\n${memory}`);
    }
    if (parts.has('budgets')) console.log(`\n${await measureBudgets(bench)}`);
    if (parts.has('work')) console.log(`\n${await measureUnderWork(bench)}`);
  });
});
