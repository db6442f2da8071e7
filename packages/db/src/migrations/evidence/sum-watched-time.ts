import { type Kysely, sql } from 'kysely';
import { chunksOf } from '../../engine/chunks-of.ts';
import { excluded } from '../../engine/columns.ts';
import type { AnySchema } from '../steps/any-schema.ts';

/** With these sentences a run ends that was cut short: it says nothing about its channel. */
const cutSentences = [
  'interrupted',
  'deleted',
  'stopped: the channel was deleted',
  'stopped: the channel was disabled',
  'stopped: the address or the key of the channel changed',
];

const dayS = 86_400;
/** How long the sums of each length of period are kept. */
const keptByPeriodS = [
  [3600, 2 * dayS],
  [6 * 3600, 9 * dayS],
  [dayS, 400 * dayS],
] as const;

interface Target {
  id: number;
  intervalS: number;
}

/** A period in which runs failed before their first probe. */
interface FailedPeriod {
  period_s: number;
  starts_at: number;
  runs: number;
}

/**
 * Fills in the watched and served time of the stored sums: each probe speaks for one interval, and a run
 * whose list failed was an outage of each model that the channel had.
 */
export async function sumWatchedTime(db: Kysely<AnySchema>, nowS: number): Promise<void> {
  const targets = await db
    .selectFrom('targets')
    .select(['id', 'interval_min'])
    .$castTo<{ id: number; interval_min: number }>()
    .execute();
  for (const { id, interval_min } of targets) {
    const target = { id, intervalS: interval_min * 60 };
    await sumProbes(db, target);
    const failed = await listFailedPeriods(db, id, nowS);
    if (failed.length === 0) continue;
    const models = await listModels(db, id);
    for (const period of failed) await addOutage(db, target, period, models);
  }
}

async function sumProbes(db: Kysely<AnySchema>, { id, intervalS }: Target): Promise<void> {
  const probed = sql`cast(probes as double precision) * ${intervalS}`;
  const watched = sql`case when ${probed} > period_s then period_s else ${probed} end`;
  await sql`update probe_totals set watched_s = ${watched},
    served_s = (${watched}) * successes / probes
    where target_id = ${id} and probes > 0`.execute(db);
}

async function listFailedPeriods(
  db: Kysely<AnySchema>,
  targetId: number,
  nowS: number,
): Promise<FailedPeriod[]> {
  const runs = await db
    .selectFrom('runs')
    .select('started_at')
    .where('target_id', '=', targetId)
    .where('status', '=', 'error')
    .where('success', '=', 0)
    .where('fail', '=', 0)
    .where('error', 'not in', cutSentences)
    .$castTo<{ started_at: number }>()
    .execute();
  const periods = new Map<string, FailedPeriod>();
  for (const { started_at } of runs) {
    for (const [period_s, keptS] of keptByPeriodS) {
      if (started_at < nowS - keptS) continue;
      const starts_at = Math.floor(started_at / period_s) * period_s;
      const key = `${period_s} ${starts_at}`;
      const runsBefore = periods.get(key)?.runs ?? 0;
      periods.set(key, { period_s, starts_at, runs: runsBefore + 1 });
    }
  }
  return [...periods.values()];
}

interface Model {
  model: string;
  protocol: string;
  /** The first day of which there is a sum. */
  since: number;
}

/** The models that the channel has now. */
function listModels(db: Kysely<AnySchema>, targetId: number): Promise<Model[]> {
  return db
    .selectFrom('model_states')
    .innerJoin('probe_totals', (join) =>
      join
        .onRef('probe_totals.target_id', '=', 'model_states.target_id')
        .onRef('probe_totals.model', '=', 'model_states.model')
        .on('probe_totals.period_s', '=', dayS),
    )
    .select(({ fn }) => [
      'model_states.model as model',
      'model_states.protocol as protocol',
      fn.min('starts_at').as('since'),
    ])
    .where('model_states.target_id', '=', targetId)
    .where('in_last_run', '=', 1)
    .groupBy(['model_states.model', 'model_states.protocol'])
    .$castTo<Model>()
    .execute();
}

async function addOutage(
  db: Kysely<AnySchema>,
  { id: target_id, intervalS }: Target,
  { period_s, starts_at, runs }: FailedPeriod,
  models: readonly Model[],
): Promise<void> {
  const known = await readSums(db, { target_id, period_s, starts_at });
  const asked = models.filter(({ since }) => since < starts_at + period_s);
  const rows = asked.map(({ model, protocol }) => {
    const { probes, successes } = known.get(model) ?? { probes: 0, successes: 0 };
    const watched_s = Math.min(period_s, (probes + runs) * intervalS);
    const served_s = (watched_s * successes) / (probes + runs);
    const counts = { probes: 0, successes: 0, durations: '{}', first_tokens: '{}', errors: '{}' };
    return { target_id, period_s, starts_at, model, protocol, ...counts, watched_s, served_s };
  });
  for (const chunk of chunksOf(rows)) {
    await db
      .insertInto('probe_totals')
      .values(chunk)
      .onConflict((conflict) =>
        conflict
          .columns(['target_id', 'period_s', 'model', 'starts_at'])
          .doUpdateSet(excluded(['watched_s', 'served_s'], [])),
      )
      .execute();
  }
}

async function readSums(
  db: Kysely<AnySchema>,
  { target_id, period_s, starts_at }: { target_id: number } & Omit<FailedPeriod, 'runs'>,
) {
  const rows = await db
    .selectFrom('probe_totals')
    .select(['model', 'probes', 'successes'])
    .where('target_id', '=', target_id)
    .where('period_s', '=', period_s)
    .where('starts_at', '=', starts_at)
    .$castTo<{ model: string; probes: number; successes: number }>()
    .execute();
  return new Map(rows.map((row) => [row.model, row]));
}
