import { listModelStates, listTargets, type OpenedDatabase } from '@api-monitor/db';
import { fillHistory, finishOneRun } from './history.ts';
import { type Case, measure, printTimings } from './measure.ts';
import { withTempDatabase } from './temp-folder.ts';

const targets = 200;
const models = 50;
const rounds = 30;

await withTempDatabase((few) =>
  withTempDatabase((some) =>
    withTempDatabase(async (many) => {
      const histories = [
        { runs: 10, db: few },
        { runs: 30, db: some },
        { runs: 100, db: many },
      ];
      for (const { runs, db } of histories) {
        console.log(`building ${targets} targets × ${models} models × ${runs} runs`);
        await fillHistory(db, { targets, models, runs });
      }
      await report(histories);
    }),
  ),
);

async function report(histories: readonly { runs: number; db: OpenedDatabase }[]): Promise<void> {
  const timings = await measure(histories.flatMap(casesOf), rounds);
  printTimings(timings, [
    { of: 'reading without history, 100 runs', to: 'reading without history, 10 runs' },
    { of: 'reading with history, 100 runs', to: 'reading with history, 30 runs' },
    { of: 'reading with history, 100 runs', to: 'reading with history, 10 runs' },
    { of: 'finishing a run, 100 runs', to: 'finishing a run, 30 runs' },
  ]);
}

function casesOf({ runs, db }: { runs: number; db: OpenedDatabase }): Case[] {
  let nowS = 2_000_000_000;
  return [
    { name: `reading without history, ${runs} runs`, work: () => read(db, false) },
    { name: `reading with history, ${runs} runs`, work: () => read(db, true) },
    {
      name: `finishing a run, ${runs} runs`,
      work: () => {
        nowS += 1;
        return finishOneRun(db, { targetId: (nowS % targets) + 1, models, nowS });
      },
    },
  ];
}

/** All that `GET /api/targets` reads. */
function read(db: OpenedDatabase, withHistory: boolean): Promise<unknown> {
  return Promise.all([listTargets(db), listModelStates(db, { with_history: withHistory })]);
}
