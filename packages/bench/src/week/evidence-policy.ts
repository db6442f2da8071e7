import {
  askedFirst,
  beginTrial,
  type ChannelFault,
  type Evidence,
  type Finding,
  isSixthRun,
  nextKnowledge,
  nextRunAtOf,
  noDemands,
  type Offer,
  type PlannedModel,
  planModels,
  recheckAt,
  resolveRoute,
  settingRules,
  settleScopes,
  watchForCause,
} from '@api-monitor/core';
import { intervalMin, intervalS, type Policy, probesAtOnce, type Stage } from './policy.ts';
import { createRandom } from './random.ts';
import type { Fault, World, WorldChannel } from './world.ts';

/** What is known of a channel's model, and of its latest probe. */
interface Known extends PlannedModel {
  evidence: readonly Evidence[];
}

interface KnownChannel {
  world: WorldChannel;
  target: Offer['target'] & { last_run_at: number | null };
  models: Map<string, Known>;
  fault: ChannelFault | null;
  /** Until then a run or a single probe is under way. */
  busyUntil: number;
}

/** How often the worker looks for models whose rest is over. */
const lookS = 1.5;
const route = 'chat';
const rules = { dont_probe: [], traffic_proves: true, interval_min: intervalMin };

/** What the product does, by core's own decisions. */
export function createEvidencePolicy(world: World, stage: Stage): Policy {
  const random = createRandom(7);
  const channels = world.channels.map(firstState);
  const byId = new Map(channels.map((one) => [one.world.id, one]));

  const apply = (channel: KnownChannel, model: string, finding: Finding) => {
    const known = channel.models.get(model);
    if (!known) return;
    const before = { evidence: known.evidence, fault: channel.fault };
    const after = nextKnowledge(before, finding, { model, intervalS });
    const hadFault = channel.fault !== null;
    known.evidence = after.evidence;
    if (after.fault !== channel.fault) {
      channel.fault = after.fault;
      if (after.fault) watchFault(channel, after.fault.rest_until);
    }
    const told = hadFault === (channel.fault !== null) ? [model] : channel.models.keys();
    for (const one of told) tell(channel, one, finding.at);
    const dueAt = recheckAt(known.evidence);
    if (finding.outcome === 'failure' && dueAt !== null) watchModel(channel, model, dueAt);
  };
  const tell = (channel: KnownChannel, model: string, now: number) => {
    const [entry] = channel.models.get(model)?.evidence ?? [];
    const isFailing = entry !== undefined && (entry.failures > 0 || entry.state === 'failed');
    stage.knows(channel.world, model, isFailing || channel.fault !== null, now);
  };

  const watchModel = (channel: KnownChannel, model: string, dueAt: number, from = dueAt) =>
    stage.at(from + random.next() * lookS, (now) => {
      const known = channel.models.get(model);
      if (!known || channel.fault || recheckAt(known.evidence) !== dueAt) return;
      if (channel.busyUntil > now) return watchModel(channel, model, dueAt, channel.busyUntil);
      recheck(channel, model, now);
    });
  const watchFault = (channel: KnownChannel, dueAt: number, from = dueAt) =>
    stage.at(from + random.next() * lookS, (now) => {
      if (channel.fault?.rest_until !== dueAt) return;
      if (channel.busyUntil > now) return watchFault(channel, dueAt, channel.busyUntil);
      if (recheck(channel, provenLast(channel), now)) run(channel, now + lookS, true);
    });
  const recheck = (channel: KnownChannel, model: string, now: number): boolean => {
    const { finding, isAnswered } = ask(channel, model, now, 'recheck');
    channel.busyUntil = now + channel.world.answerS;
    record(channel, model, isAnswered, now);
    apply(channel, model, finding);
    return isAnswered;
  };

  const ask = ({ world: asked }: KnownChannel, model: string, at: number, by: Finding['by']) => {
    const fault = world.faultAt(asked, model, at);
    stage.probed(fault === null);
    return { finding: findingOf(fault, by, at, asked.answerS), isAnswered: fault === null };
  };

  const run = (channel: KnownChannel, now: number, asksAll: boolean) => {
    const { world: asked, models, fault } = channel;
    const listFault = world.faultAt(asked, '', now)?.kind ?? null;
    const suspicion = { list: listFault === 'quota' ? null : listFault, fault };
    const isTrusted = fault === null && suspicion.list === null;
    const input = { models: asked.models, known: models, target: rules, asksAll, isTrusted };
    const plan = planModels({ ...input, nowS: now });
    const watch = watchForCause(suspicion);
    const found: { model: string; finding: Finding; isAnswered: boolean }[] = [];
    let at = now;
    for (const [index, model] of plan.asked.entries()) {
      if (watch.cause()) break;
      const { finding, isAnswered } = ask(channel, model, at, 'run');
      const { kind, message } = finding;
      const probe = { success: isAnswered, error_kind: kind, error: message };
      watch.take({ probe, findings: [finding] });
      found.push({ model, finding, isAnswered });
      at += asked.answerS / (index < askedFirst(suspicion) ? 1 : probesAtOnce);
    }
    // A channel with a limit refuses one probe whenever its pace grows, and that one is asked again.
    if (asked.atOnce !== null && isSixthRun('', intervalMin, now)) stage.probed(false);
    const cause = watch.cause();
    const settled = settleScopes(found, { hasAnswered: watch.hasAnswered(), cause });
    const wasAsked = new Set(found.map(({ model }) => model));
    const unasked = cause ? plan.asked.filter((model) => !wasAsked.has(model)) : [];
    channel.target.last_run_at = now;
    channel.busyUntil = at;
    stage.at(at, () => {
      for (const { model, isAnswered } of found) record(channel, model, isAnswered, at);
      for (const model of unasked) record(channel, model, false, at);
      for (const { model, finding } of settled) apply(channel, model, finding);
    });
  };
  const runOnSchedule = (channel: KnownChannel) => {
    const dueAt = nextRunAtOf({ ...channel.target, enabled: true });
    stage.at(dueAt ?? 0, (now) => {
      run(channel, now, false);
      runOnSchedule(channel);
    });
  };

  return {
    name: 'evidence',
    start() {
      for (const channel of channels) runOnSchedule(channel);
    },
    choose({ at, model, channelId }) {
      const asked = channelId === null ? channels : [byId.get(channelId)];
      const offers = asked.flatMap((channel): Offer[] => {
        const known = channel?.models.get(model);
        if (!channel || !known) return [];
        const { target, fault } = channel;
        return [{ target, model, plan: 'probed', evidence: known.evidence, fault, price: null }];
      });
      const { ranked } = resolveRoute({ kind: 'bare', model, named: null }, offers, {
        ...{ route, policy: 'latency', spread: settingRules.spread.default },
        ...{ areBareModelsOn: true, isAllowed: () => true, isIdAllowed: () => true },
        ...{
          nowS: at,
          random: random.next,
          turn: 0,
          expected: null,
          demands: noDemands,
          price_tolerance: 1,
        },
      });
      return ranked.flatMap(({ rank, offer }) => {
        const channel = rank === null ? undefined : byId.get(offer.target.id);
        return channel ? [channel.world] : [];
      });
    },
    met({ id, answerS }, { model, at }, isServed) {
      const channel = byId.get(id);
      const known = channel?.models.get(model);
      if (!channel || !known) return;
      known.evidence = known.evidence.map((entry) => beginTrial(entry, at));
      const fault = isServed ? null : world.faultAt(channel.world, model, at);
      apply(channel, model, findingOf(fault, 'traffic', at, answerS));
    },
  };
}

function firstState(world: WorldChannel): KnownChannel {
  const known = { success: false, state_since: 0, last_success_at: null };
  return {
    world,
    target: {
      ...{ id: world.id, name: `channel-${world.id}`, enabled: true, sort_order: world.id },
      ...{ interval_min: intervalMin, last_run_at: null, weight: 1, priority: 0, paths: [] },
    },
    models: new Map(world.models.map((model) => [model, { ...known, evidence: [] }])),
    fault: null,
    busyUntil: 0,
  };
}

/** The row that a probe leaves. */
function record(channel: KnownChannel, model: string, success: boolean, now: number): void {
  const known = channel.models.get(model);
  if (!known) return;
  if (known.success !== success) known.state_since = now;
  known.success = success;
  if (success) known.last_success_at = now;
}

function provenLast({ models, world }: KnownChannel): string {
  const [last] = [...models].toSorted(
    ([, a], [, b]) => (b.last_success_at ?? 0) - (a.last_success_at ?? 0),
  );
  return last?.[0] ?? world.models[0] ?? '';
}

function findingOf(
  fault: Fault | null,
  by: Finding['by'],
  began_at: number,
  answerS: number,
): Finding {
  const measured = { is_wrong_answer: null, retry_after_s: null, route, by, began_at } as const;
  if (!fault) {
    const at = began_at + answerS;
    const nothing = { kind: null, scope: 'route', message: null } as const;
    return { ...measured, ...nothing, outcome: 'success', at, first_token_s: answerS };
  }
  const { kind, scope } = fault;
  const failed = { outcome: 'failure', kind, scope, message: kind } as const;
  return { ...measured, ...failed, at: began_at + 0.1, first_token_s: null };
}
