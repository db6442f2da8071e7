import type { AlertKind, AlertRules, AliasIndex, Look, Subject } from '@api-monitor/core';
import type { WorkerDeps } from '../../worker-deps.ts';
import { createLatencyLooks, lookAtWrongAnswers } from './look-at-answers.ts';
import { lookAtBalances } from './look-at-balances.ts';
import { lookAtBudgets } from './look-at-budgets.ts';
import { lookAtCertificates } from './look-at-certificates.ts';
import { lookAtKeyBudgets } from './look-at-key-budgets.ts';
import { lookAtErrors, lookAtExpiry } from './look-at-keys.ts';
import { lookAtBus, lookAtFolder } from './look-at-machine.ts';

type Deps = Pick<WorkerDeps, 'db' | 'bus' | 'dataDir' | 'givenSettings' | 'nowS'>;

interface Context {
  rules: AlertRules;
  aliases: AliasIndex;
  /** The channels about which there are watches. */
  watched: ReadonlySet<number>;
}

/** What was looked at, and which subjects were left out this time. */
export interface Looked {
  looks: readonly Look[];
  isLeftOut(subject: Subject): boolean;
  /** When such a thing was looked at, in Unix seconds: what is kept for a while may have changed since. */
  lookedAt(subject: Subject): number;
}

/** How old may be what is looked at, in seconds. */
const usualAgeS = 15;
const latencyAgeS = 60;
const keyBudgetsAgeS = 60;
const wrongAnswersAgeS = 300;

/** Looks at everything but outages that people are told about, at each thing as often as it is worth. */
export function createLooks(deps: Deps): (context: Context) => Promise<Looked> {
  const { db, bus, dataDir, nowS } = deps;
  const readLatency = createLatencyLooks(db);
  const usual = kept(nowS, usualAgeS, async ({ rules }: Context) => [
    ...(await lookAtBudgets(db, nowS())),
    ...(await lookAtBalances(db, rules, nowS())),
    ...(await lookAtExpiry(db, rules, nowS())),
    ...(await lookAtErrors(db, rules, nowS())),
    ...(await lookAtCertificates(db, rules, nowS())),
    await lookAtFolder(dataDir, rules),
    lookAtBus(await bus.fault()),
  ]);
  const latency = kept(nowS, latencyAgeS, (context: Context) =>
    readLatency({ ...context, nowS: nowS() }),
  );
  const wrongAnswers = kept(nowS, wrongAnswersAgeS, (context: Context) =>
    lookAtWrongAnswers(db, { ...context, nowS: nowS() }),
  );
  const keyBudgets = kept(nowS, keyBudgetsAgeS, ({ rules }: Context) =>
    lookAtKeyBudgets(deps, rules),
  );
  return async (context) => {
    const [slow, common] = [await latency(context), await usual(context)];
    const [limits, wrong] = [await keyBudgets(context), await wrongAnswers(context)];
    const lookedAt: Partial<Record<AlertKind, number>> = {
      ...{ latency: slow.at, wrong_answers: wrong.at, spending: limits.at },
      // Those of keys, and those of probes.
      budget: Math.min(limits.at, common.at),
    };
    const { looks, looked } = slow.value;
    return {
      looks: [...common.value, ...limits.value, ...looks, ...wrong.value],
      isLeftOut: ({ kind, target_id }) => kind === 'latency' && !looked.has(target_id ?? 0),
      lookedAt: ({ kind }) => lookedAt[kind] ?? common.at,
    };
  };
}

/** Reads again only what is older than this; with the time at which it was read. */
export function kept<Context, Value>(
  nowS: () => number,
  ageS: number,
  read: (context: Context) => Promise<Value>,
) {
  let last: { value: Value; at: number } | null = null;
  return async (context: Context): Promise<{ value: Value; at: number }> => {
    const at = nowS();
    if (!last || at - last.at >= ageS || at < last.at) last = { value: await read(context), at };
    return last;
  };
}
