import {
  type AlertRules,
  type AliasIndex,
  addHistogram,
  type Counted,
  createChannelNames,
  findLatency,
  findWrongAnswers,
  type Histogram,
  type Look,
  modelKey,
  publicNameOf,
  type Subject,
  withoutPart,
} from '@api-monitor/core';
import {
  type Database,
  listTargetsByIds,
  listTargetsRunSince,
  type ModelTotals,
  readFirstTokens,
  readProbeSeries,
  readWrongAnswers,
} from '@api-monitor/db';

const dayS = 86_400;
const weekS = 7 * dayS;

interface Context {
  rules: AlertRules;
  aliases: AliasIndex;
  /** The channels about which there are watches. */
  watched: ReadonlySet<number>;
  nowS: number;
}

type PublicName = (target_id: number, model: string) => string;

/** What a channel calls a model, as people know it. */
async function readPublicNames(
  db: Database,
  ids: readonly number[],
  aliases: AliasIndex,
): Promise<PublicName> {
  const targets = ids.length === 0 ? [] : await listTargetsByIds(db, ids);
  const names = new Map(
    targets.map((target) => [target.id, createChannelNames(target.model_aliases)]),
  );
  return (target_id, model) => {
    const id = modelKey(model);
    return publicNameOf(names.get(target_id)?.namesOf(id)[0] ?? id, aliases);
  };
}

/** Whether models give more wrong answers than they used to. */
export async function lookAtWrongAnswers(
  db: Database,
  { rules, aliases, nowS }: Context,
): Promise<Look[]> {
  if (rules.wrong_percent === 0) return [];
  const found = await readWrongAnswers(db, { from: nowS - dayS, before: nowS - dayS - weekS });
  const ids = [...new Set(found.map(({ recent }) => recent.target_id))];
  const nameOf = await readPublicNames(db, ids, aliases);
  const groups = Map.groupBy(found, ({ recent: { target_id, model } }) =>
    JSON.stringify([target_id, nameOf(target_id, model)]),
  );
  return [...groups.values()].flatMap((group): Look[] => {
    const [first] = group;
    if (!first) return [];
    const { target_id, model } = first.recent;
    const recent = sumOf(group.map((one) => one.recent));
    const baseline = sumOf(group.map((one) => one.baseline));
    return [
      {
        subject: subjectOf('wrong_answers', target_id, nameOf(target_id, model)),
        judge: (wasBad) => findWrongAnswers({ recent, baseline, wasBad, rules }),
      },
    ];
  });
}

function sumOf(counts: readonly Counted[]): Counted {
  const sum = (of: keyof Counted) => counts.reduce((total, one) => total + one[of], 0);
  return { all: sum('all'), bad: sum('bad') };
}

function subjectOf(kind: Subject['kind'], target_id: number, model: string): Subject {
  return { kind, target_id, model, name: null };
}

/** The times to the first token of one model, lately and in the week before. */
interface Times {
  recent: Histogram;
  baseline: Histogram;
}
interface ModelTimes {
  traffic: Times;
  probes: Times;
}

const quarterS = 900;
/** Probes are rare: as many of the latest hours count as it takes to have so many. */
const enoughProbes = 10;
const mostHours = 6;
/** How far back the first look after a start goes. */
const firstSpanS = 3600;

export interface LatencyLooks {
  looks: Look[];
  /** The channels that were looked at; the others are as they were. */
  looked: ReadonlySet<number>;
}

/**
 * Whether models answer much more slowly than usual: by traffic if there is enough of it, else by probes.
 * Only channels with news are looked at: those that were probed since the last time, have traffic, or are
 * watched.
 */
export function createLatencyLooks(db: Database) {
  let lastS: number | null = null;
  return async ({ rules, aliases, watched, nowS }: Context): Promise<LatencyLooks> => {
    const since = Math.min(lastS ?? nowS - firstSpanS, nowS);
    if (rules.latency_times === 0) return { looks: [], looked: watched };
    const traffic = await readFirstTokens(db, { period: 'quarter', from: nowS - quarterS });
    const probed = await listTargetsRunSince(db, since);
    const looked = new Set([...watched, ...probed, ...traffic.map((one) => one.target_id)]);
    const nameOf = await readPublicNames(db, [...looked], aliases);
    const times = createTimes(nameOf);
    for (const one of traffic) times.add(one, 'traffic', 'recent', one.first_tokens);
    const ids = [...new Set(traffic.map((one) => one.target_id))];
    const days = { period: 'day', from: nowS - weekS } as const;
    for (const one of await readFirstTokens(db, { ...days, target_ids: ids })) {
      times.add(one, 'traffic', 'baseline', one.first_tokens);
    }
    for (const target_id of looked) await addProbes(db, times, target_id, nowS);
    lastS = nowS;
    return { looks: times.looks(rules), looked };
  };
}

function createTimes(nameOf: PublicName) {
  const all = new Map<string, ModelTimes & { subject: Subject }>();
  const timesOf = (target_id: number, model: string) => {
    const subject = subjectOf('latency', target_id, nameOf(target_id, model));
    const key = JSON.stringify(subject);
    const none = () => ({ recent: {}, baseline: {} });
    const times = all.get(key) ?? { subject, traffic: none(), probes: none() };
    all.set(key, times);
    return times;
  };
  return {
    add(
      { target_id, model }: { target_id: number; model: string },
      by: keyof ModelTimes,
      when: keyof Times,
      histogram: Histogram,
    ) {
      addHistogram(timesOf(target_id, model)[by][when], histogram);
    },
    looks: (rules: AlertRules): Look[] =>
      [...all.values()].map(({ subject, ...times }) => {
        return { subject, judge: (wasSlow) => judgeTimes(times, wasSlow, rules) };
      }),
  };
}

function judgeTimes({ traffic, probes }: ModelTimes, wasSlow: boolean, rules: AlertRules) {
  // The days contain what is recent.
  const by = ({ recent, baseline }: Times) =>
    findLatency({ recent, baseline: withoutPart(baseline, recent), wasSlow, rules });
  const found = by(traffic) ?? by(probes);
  const isUnasked = [traffic, probes].every(({ recent }) => Object.keys(recent).length === 0);
  return found ?? (isUnasked ? { is_bad: false } : null);
}

async function addProbes(
  db: Database,
  times: ReturnType<typeof createTimes>,
  target_id: number,
  nowS: number,
): Promise<void> {
  const hours = { target_id, period: 'hour', from: nowS - mostHours * 3600 } as const;
  for (const { periods, ...of } of await readProbeSeries(db, hours)) {
    for (const one of latestOf(periods)) times.add(of, 'probes', 'recent', one);
  }
  const days = { target_id, period: 'day', from: nowS - weekS } as const;
  for (const { periods, ...of } of await readProbeSeries(db, days)) {
    for (const one of periods.values()) times.add(of, 'probes', 'baseline', one.first_tokens);
  }
}

function latestOf(periods: ReadonlyMap<number, ModelTotals>): Histogram[] {
  const latest: Histogram[] = [];
  let count = 0;
  for (const [, { first_tokens }] of [...periods].sort(([a], [b]) => b - a)) {
    if (count >= enoughProbes) break;
    latest.push(first_tokens);
    count += Object.values(first_tokens).reduce((sum, one) => sum + one, 0);
  }
  return latest;
}
