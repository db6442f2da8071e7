import type { Incident, IncidentEvent, Member } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { eventsForVisitor, incidentForVisitor } from './incidents-for-visitors.ts';

const member = (kind: Member['subject']['kind'], name: string | null): Member => ({
  subject: { kind, target_id: 1, model: null, name },
  ...{ channel: 'Relay', since: 1, left_at: null, left_by: null, is_flapping: false },
  ...{ why: null, figures: {} },
});

const incidentOf = (...members: Member[]): Incident => ({
  ...{ id: 1, scope: 'many', cause: '', kind: 'channel_down', severity: 'warning' },
  ...{ started_at: 1, ended_at: null, merged_into: null, last_join_at: 1, lacking: [] },
  ...{ announced: null, told: [4], escalated_min: 0, acknowledged_at: 2, muted_until: null },
  ...{ acknowledged_by: 'admin (192.0.2.1)', events: 1, members },
});

test('visitors see channels that fail, but no keys, no addresses and not who was told', () => {
  const shown = incidentForVisitor(
    incidentOf(member('channel_down', null), member('key_down', 'Anna')),
  );
  expect(shown?.members).toHaveLength(1);
  expect(shown).toMatchObject({ told: [], acknowledged_by: 'admin' });
  expect(incidentForVisitor(incidentOf(member('key_down', 'Anna')))).toBeNull();
  expect(incidentForVisitor(incidentOf(member('spending', 'Anna')))).toBeNull();
});

test('the timeline leaves out the same', () => {
  const event = (seq: number, kind: IncidentEvent['kind'], detail: object): IncidentEvent => {
    return { incident_id: 1, seq, at: 1, kind, detail: { ...detail } };
  };
  const events = [
    event(1, 'joined', { subject: member('channel_down', null).subject }),
    event(2, 'joined', { subject: member('key_down', 'Anna').subject }),
    event(3, 'told', { notices: ['n1-d4'] }),
    event(4, 'acknowledged', { by: 'admin (192.0.2.1)' }),
  ];
  const shown = eventsForVisitor(events);
  expect(shown.map(({ seq }) => seq)).toEqual([1, 3, 4]);
  expect(JSON.stringify(shown)).not.toMatch(/Anna|192|n1/);
});
