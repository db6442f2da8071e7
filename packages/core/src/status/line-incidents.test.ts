import { expect, test } from 'vitest';
import type { Incident, Member } from '../incidents/incident.ts';
import { groupIncidents, type LineSubject, lineIncidents } from './line-incidents.ts';

type Given = [kind: 'model_down' | 'channel_down' | 'key_down', id: number, model: string | null];

function member([kind, target_id, model]: Given, since: number, left_at: number | null): Member {
  return {
    subject: { kind, target_id, model, name: null },
    ...{ channel: `channel ${target_id}`, since, left_at, left_by: null, is_flapping: false },
    why: { kind: 'upstream', message: 'HTTP 500: sk-secret' },
    figures: {},
  };
}

function incident(id: number, members: Member[], fields: Partial<Incident> = {}): Incident {
  return {
    ...{ id, scope: 'channel', cause: '', kind: 'model_down', severity: 'warning' },
    ...{ started_at: 0, ended_at: null, merged_into: null, last_join_at: 0, members, lacking: [] },
    ...{ announced: null, told: [], escalated_min: 0, acknowledged_at: null },
    ...{ acknowledged_by: null, muted_until: null, events: 1, ...fields },
  };
}

const channel: LineSubject = {
  ...{ target_id: 1, model: null, names: [], targetIds: [1], models: ['gpt-5', 'o3'] },
};
const modelThere: LineSubject = { ...channel, model: 'gpt-5', names: ['gpt-5'], models: [] };
const everywhere: LineSubject = { ...modelThere, target_id: null, targetIds: [1, 2] };
const shown = (line: LineSubject, ...incidents: Incident[]) =>
  lineIncidents(line, incidents).map(({ incident: id, state, started_at, ended_at }) => {
    return [id, state, started_at, ended_at];
  });

test('a channel is degraded by one of its models, and out if it is down itself or all of them are', () => {
  const one = member(['model_down', 1, 'gpt-5'], 10, 30);
  expect(shown(channel, incident(7, [one]))).toEqual([[7, 'degraded', 10, 30]]);
  const later = member(['model_down', 1, 'o3'], 40, null);
  expect(shown(channel, incident(7, [one, later]))).toEqual([[7, 'degraded', 10, null]]);
  const meanwhile = member(['model_down', 1, 'o3'], 20, 50);
  expect(shown(channel, incident(7, [one, meanwhile]))).toEqual([[7, 'outage', 10, 50]]);
  const whole = member(['channel_down', 1, null], 20, 50);
  expect(shown(channel, incident(7, [one, whole]))).toEqual([[7, 'outage', 10, 50]]);
});

test('a model of a channel is out with either, whatever Google’s prefix', () => {
  const own = member(['model_down', 1, 'models/gpt-5'], 10, 30);
  const whole = member(['channel_down', 1, null], 20, null);
  const other = member(['model_down', 1, 'o3'], 5, null);
  expect(shown(modelThere, incident(7, [own, other]))).toEqual([[7, 'outage', 10, 30]]);
  expect(shown(modelThere, incident(8, [whole]))).toEqual([[8, 'outage', 20, null]]);
});

test('a model on all channels is out only while all that offer it are down', () => {
  const first = incident(7, [member(['model_down', 1, 'gpt-5'], 10, 60)]);
  const second = incident(8, [member(['channel_down', 2, null], 40, 90)]);
  expect(shown(everywhere, first)).toEqual([]);
  expect(shown(everywhere, first, second)).toEqual([[8, 'outage', 40, 60]]);
  expect(shown({ ...everywhere, targetIds: [] }, first, second)).toEqual([]);
});

test('of a group, a model is out while all that offer it are, and the group while all its models are', () => {
  const offers = new Map([
    ['gpt-5', [1, 2]],
    ['o3', [1]],
  ]);
  const shownOf = (...incidents: Incident[]) =>
    groupIncidents(offers, incidents).map(({ incident: id, state, started_at, ended_at }) => {
      return [id, state, started_at, ended_at];
    });
  const model = incident(7, [member(['model_down', 1, 'models/gpt-5'], 10, 60)]);
  const second = incident(8, [member(['channel_down', 2, null], 40, 90)]);
  const last = incident(9, [member(['model_down', 1, 'o3'], 50, 55)]);
  const elsewhere = incident(6, [member(['channel_down', 3, null], 0, null)]);
  expect(shownOf(model, elsewhere)).toEqual([]);
  expect(shownOf(model, second)).toEqual([[8, 'degraded', 40, 60]]);
  expect(shownOf(last)).toEqual([[9, 'degraded', 50, 55]]);
  expect(shownOf(model, second, last)).toEqual([
    [8, 'degraded', 40, 60],
    [9, 'outage', 50, 55],
  ]);
  const whole = incident(5, [
    member(['channel_down', 1, null], 20, 30),
    member(['channel_down', 2, null], 20, 40),
  ]);
  expect(shownOf(whole)).toEqual([[5, 'outage', 20, 30]]);
  expect(groupIncidents(new Map(), [whole])).toEqual([]);
});

test('other channels, keys, merged incidents and the monitor’s own network do nothing', () => {
  const elsewhere = incident(1, [member(['channel_down', 3, null], 10, null)]);
  const key = incident(2, [member(['key_down', 1, null], 10, null)]);
  const down = [member(['channel_down', 1, null], 10, null)];
  const merged = incident(3, down, { merged_into: 4, ended_at: 20 });
  const network = incident(5, down, { scope: 'network' });
  expect(shown(channel, elsewhere, key, merged, network)).toEqual([]);
});

test('reasons are kinds of errors, the most frequent first, and never a provider’s words', () => {
  const quota = { ...member(['model_down', 1, 'o3'], 10, 20), why: { kind: 'quota', message: '' } };
  const members = [quota as Member, member(['model_down', 1, 'a'], 10, 20)];
  const twice = [...members, member(['model_down', 1, 'b'], 10, 20)];
  expect(lineIncidents(channel, [incident(7, twice)])[0]?.reasons).toEqual(['upstream', 'quota']);
});
