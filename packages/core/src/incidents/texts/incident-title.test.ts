import { expect, test } from 'vitest';
import type { Incident, Member } from '../incident.ts';
import { incidentTitle, memberTitle } from './incident-title.ts';

const english = { language: 'en', timeZone: 'UTC' } as const;
const chinese = { language: 'zh', timeZone: 'Asia/Shanghai' } as const;

function member(
  kind: Member['subject']['kind'],
  model: string | null,
  left_at: number | null,
): Member {
  const subject = { kind, target_id: 1, model, name: null };
  const times = { since: 10, left_at, left_by: null, is_flapping: false };
  return { subject, channel: 'Relay A', ...times, why: null, figures: { balance: 3 } };
}

const incident = {
  ...{
    id: 1,
    scope: 'channel' as const,
    kind: 'model_down' as const,
    severity: 'warning' as const,
  },
  ...{ started_at: 10, ended_at: null, lacking: [] as string[] },
} satisfies Partial<Incident>;

test('an incident has the title of its notice, and keeps it when it is over', () => {
  const one = { ...incident, members: [member('model_down', 'gpt-5', null)] };
  expect(incidentTitle(one, english)).toBe('gpt-5 is down on Relay A');
  expect(incidentTitle({ ...one, lacking: ['gpt-5'] }, chinese)).toContain('gpt-5 已无可用渠道');
  const over = [member('model_down', 'gpt-5', 20), member('model_down', 'o3', 20)];
  expect(incidentTitle({ ...incident, members: over, ended_at: 20 }, english)).toBe(
    '2 models are down on Relay A',
  );
});

test('a member that isn’t an outage says what is the matter', () => {
  expect(memberTitle(member('balance', null, null), english)).toBe(
    'The balance of Relay A is low: 3',
  );
});

test('small amounts are not shown as nothing, and nothing has no sign', () => {
  const low = (balance: number) => {
    const figures = { balance, unit: 'USD' };
    return memberTitle({ ...member('balance', null, null), figures }, english);
  };
  expect(low(0.000_17)).toBe('The balance of Relay A is low: 0.00017 USD');
  expect(low(-0)).toBe('The balance of Relay A is low: 0 USD');
  expect(low(0.4567)).toBe('The balance of Relay A is low: 0.46 USD');
});
