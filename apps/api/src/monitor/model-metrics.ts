import { evidenceStates, headlineOf, isServable, severities } from '@api-monitor/core';
import { listIncidents, listTargets, readAvailability } from '@api-monitor/db';
import { Gauge, type Registry } from '@api-monitor/runtime';
import type { ApiDeps } from '../api-deps.ts';
import { readUsedToday, type UsedToday } from '../probe-costs/used-today.ts';
import { listOffers } from '../routing/known-offers.ts';
import { keyFieldsOf } from '../targets/key-views.ts';

type MetricDeps = Pick<ApiDeps, 'db' | 'evidence' | 'now'>;

const dayS = 86_400;

/** Registers what is known about models and channels, and what their probes cost. */
export function registerModelMetrics(registry: Registry, deps: MetricDeps): void {
  registerModels(registry, deps);
  registerFaults(registry, deps);
  registerKeys(registry, deps);
  registerIncidents(registry, deps);
  registerAvailability(registry, deps);
  registerUsage(registry, deps, 'requests');
  registerUsage(registry, deps, 'tokens');
  registerUsage(registry, deps, 'cost');
}

function registerModels(registry: Registry, deps: MetricDeps): void {
  new Gauge({
    name: 'api_monitor_models',
    help: 'Models of the enabled channels, by state, and by whether a client would be served now',
    labelNames: ['state', 'servable'],
    registers: [registry],
    async collect() {
      const offers = await quietly(() => listOffers(deps));
      if (!offers) return;
      this.reset();
      for (const state of evidenceStates) this.set({ state, servable: 'false' }, 0);
      this.set({ state: 'proven', servable: 'true' }, 0);
      for (const offer of offers.filter(({ target }) => target.enabled)) {
        const headline = headlineOf(offer, deps.now());
        this.inc({ state: headline.state, servable: String(isServable(headline)) });
      }
    },
  });
}

function registerFaults(registry: Registry, deps: MetricDeps): void {
  new Gauge({
    name: 'api_monitor_channel_faults',
    help: 'Enabled channels that fail as a whole, by kind of error',
    labelNames: ['kind'],
    registers: [registry],
    async collect() {
      const targets = await quietly(() => listTargets(deps.db));
      if (!targets) return;
      this.reset();
      for (const target of targets.filter(({ enabled }) => enabled)) {
        const fault = deps.evidence.faultOf(target);
        if (fault) this.inc({ kind: fault.kind });
      }
    },
  });
}

function registerKeys(registry: Registry, deps: MetricDeps): void {
  new Gauge({
    name: 'api_monitor_channel_key_usable',
    help: 'Whether an enabled key of a channel with several may be used: 1, or 0 if it rests or fails',
    labelNames: ['target_id', 'key', 'state'],
    registers: [registry],
    async collect() {
      const targets = await quietly(() => listTargets(deps.db));
      if (!targets) return;
      this.reset();
      for (const target of targets.filter(({ enabled }) => enabled)) {
        for (const { name: key, state } of keyFieldsOf(deps, target).key_states) {
          const isUsable = state === 'proven' || state === 'unproven';
          if (state !== 'off') this.set({ target_id: target.id, key, state }, isUsable ? 1 : 0);
        }
      }
    },
  });
}

const mostIncidents = 1_000;

function registerIncidents(registry: Registry, { db }: MetricDeps): void {
  new Gauge({
    name: 'api_monitor_open_incidents',
    help: 'Incidents that go on, by severity',
    labelNames: ['severity'],
    registers: [registry],
    async collect() {
      const open = await quietly(() => listIncidents(db, { is_open: true, limit: mostIncidents }));
      if (!open) return;
      for (const severity of severities) this.set({ severity }, 0);
      for (const { severity } of open) this.inc({ severity });
    },
  });
}

function registerAvailability(registry: Registry, deps: MetricDeps): void {
  new Gauge({
    name: 'api_monitor_channel_availability_ratio',
    help: 'Of the time that the models of a channel were watched in the last day, the share in which they could serve',
    labelNames: ['target_id'],
    registers: [registry],
    async collect() {
      const from = deps.now() - dayS;
      const byTarget = await quietly(() => readAvailability(deps.db, { period: 'hour', from }));
      if (!byTarget) return;
      this.reset();
      for (const [target_id, { watched_s, served_s }] of byTarget) {
        this.set({ target_id }, served_s / watched_s);
      }
    },
  });
}

/** Each gauge reads for itself, because all are collected at the same time. */
function registerUsage(registry: Registry, deps: MetricDeps, what: keyof UsedToday): void {
  new Gauge({
    name: `api_monitor_probe_${what}_today`,
    help: `What the probes of a channel have cost since midnight UTC, in ${what}`,
    labelNames: ['target_id'],
    registers: [registry],
    async collect() {
      const usage = await quietly(() => readUsedToday(deps));
      if (!usage) return;
      this.reset();
      for (const [target_id, used] of usage) this.set({ target_id }, used[what]);
    },
  });
}

/** Without the database there are no figures; the other metrics are served all the same. */
async function quietly<Result>(read: () => Promise<Result>): Promise<Result | null> {
  return read().catch(() => null);
}
