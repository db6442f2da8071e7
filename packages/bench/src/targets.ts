import type { OpenedDatabase } from '@api-monitor/db';
import { composeAnswer } from './compose-answer.ts';
import { fillHistory } from './fill-history.ts';
import { finishOneRun } from './finish-one-run.ts';
import { type Case, measure } from './measure.ts';
import { printTimings } from './print-timings.ts';
import { withTempDatabase } from './temp-database.ts';

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
  for (const { runs, db } of histories) {
    const pieces = await composeAnswer(db, true);
    const megabytes = pieces.reduce((total, piece) => total + piece.length, 0) / 1e6;
    console.log(`${runs} runs: an answer of ${megabytes.toFixed(1)} MB with history`);
  }
  const timings = await measure(histories.flatMap(casesOf), rounds);
  printTimings(timings, [
    { of: 'without history, 100 runs', to: 'without history, 10 runs' },
    { of: 'with history, 100 runs', to: 'with history, 30 runs' },
    { of: 'with history, 100 runs', to: 'with history, 10 runs' },
    { of: 'finishing a run, 100 runs', to: 'finishing a run, 30 runs' },
  ]);
}

function casesOf({ runs, db }: { runs: number; db: OpenedDatabase }): Case[] {
  let nowS = 2_000_000_000;
  return [
    { name: `without history, ${runs} runs`, work: () => composeAnswer(db, false) },
    { name: `with history, ${runs} runs`, work: () => composeAnswer(db, true) },
    {
      name: `finishing a run, ${runs} runs`,
      work: () => {
        nowS += 1;
        return finishOneRun(db, { targetId: (nowS % targets) + 1, models, nowS });
      },
    },
  ];
}
