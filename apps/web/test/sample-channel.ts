import {
  type Evidence,
  evidenceShape,
  headlineOf,
  historyFields,
  modelStateShape,
  pick,
  probedFields,
  targetDefaults,
  targetShape,
} from '@api-monitor/core';
import { sampleOf } from '@api-monitor/core/testing';
import type { Channel, HistoryPoint, LatestModel } from '../src/channels/channel.ts';
import { sampleProbe } from './sample-probe.ts';

/** Channels, models and points for tests: healthy unless `given` says otherwise. */
export function sampleChannel(given: Partial<Channel> = {}): Channel {
  return {
    ...sampleOf(targetShape),
    ...targetDefaults,
    id: 1,
    name: 'Aurora',
    base_url: 'https://aurora.example.com',
    api_key: 'sk-au…rora',
    prompt: 'Which model are you?',
    sort_order: 1,
    last_run_at: 1000,
    last_status: 'healthy',
    last_total: 1,
    last_success: 1,
    last_success_rate: 100,
    running: false,
    can_operate: true,
    next_run_at: 2800,
    run_progress: null,
    ...{ probe_requests_today: 0, probe_tokens_today: 0, last_error: null, last_error_kind: null },
    ...{ last_notes: null, probe_concurrency: null },
    ...{ fault: null, source_url: null, key_states: [] },
    key_counts: null,
    balance: null,
    latest_models: [sampleModel()],
    ...given,
  };
}

/** What is known about a route: nothing, unless `given` says otherwise. */
export function sampleEvidence(given: Partial<Evidence> = {}): Evidence {
  return { ...sampleOf(evidenceShape), route: 'chat', state: 'unproven', ...given };
}

/** A route that a check has just proven. */
export function proven(route: Evidence['route'] = 'chat', given: Partial<Evidence> = {}): Evidence {
  const times = { since: 500, found_at: 1000, proved_at: 1000 };
  return sampleEvidence({ route, state: 'proven', proved_by: 'probe', ...times, ...given });
}

/** A route that failed its last check. */
export function failed(given: Partial<Evidence> = {}): Evidence {
  const failing = { failures: 6, failing_since: 400, since: 400, found_at: 1000, rest_until: 1030 };
  return sampleEvidence({
    ...{ state: 'failed', error_kind: 'upstream', error: 'HTTP 500' },
    ...failing,
    ...given,
  });
}

export function sampleModel(given: Partial<LatestModel> = {}): LatestModel {
  const { plan = 'probed', evidence = [proven()] } = given;
  return {
    ...sampleOf(modelStateShape),
    ...pick(sampleProbe(), probedFields),
    output_tokens_per_s: 60,
    ...{ gone_at: null, recheck_at: null, plan, evidence },
    headline: headlineOf({ plan, evidence, fault: null }, 1000),
    state_since: 500,
    last_success_at: 1000,
    history: [samplePoint()],
    ...given,
  };
}

export function samplePoint(given: Partial<HistoryPoint> = {}): HistoryPoint {
  return { ...pick(sampleProbe(), historyFields), ...given };
}
