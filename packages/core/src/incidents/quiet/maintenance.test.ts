import { expect, test } from 'vitest';
import { maintenance } from '../../../test/incident-world.ts';
import { createAliasIndex } from '../../names/alias-group.ts';
import {
  drainingNow,
  isMaintained,
  type Maintenance,
  type MaintenanceSchedule,
  maintenanceAt,
  maintenanceBetween,
  maintenanceShape,
  nextMaintenance,
} from './maintenance.ts';

const at = (iso: string) => Date.parse(iso) / 1000;
const period = (schedule: MaintenanceSchedule, iso: string) => {
  const found = maintenanceAt(maintenance({ schedule }), at(iso));
  return (
    found && [found.from, found.until].map((s) => new Date(s * 1000).toISOString().slice(0, 16))
  );
};
const weekly = {
  ...{ kind: 'weekly', weekdays: [6, 7], time: '02:30', duration_min: 60 },
  time_zone: 'Europe/Berlin',
} as const satisfies MaintenanceSchedule;
const cron = (text: string, duration_min: number): MaintenanceSchedule => {
  return { kind: 'cron', cron: text, duration_min, time_zone: 'Europe/Berlin' };
};

test('one that takes place once is going on from its start until before its end', () => {
  const schedule = { kind: 'once', from: 100, until: 200 } as const;
  const isOn = (nowS: number) => maintenanceAt(maintenance({ schedule }), nowS) !== null;
  expect([99, 100, 199, 200].map(isOn)).toEqual([false, true, true, false]);
  expect(nextMaintenance(maintenance({ schedule }), 50)).toMatchObject({ from: 100 });
  expect(nextMaintenance(maintenance({ schedule }), 100)).toBeNull();
});

test('a weekly one is by the clocks of its zone, in summer and in winter', () => {
  expect(period(weekly, '2026-07-04T00:45Z')).toEqual(['2026-07-04T00:30', '2026-07-04T01:30']);
  expect(period(weekly, '2026-12-05T01:45Z')).toEqual(['2026-12-05T01:30', '2026-12-05T02:30']);
  expect(period(weekly, '2026-12-05T02:30Z')).toBeNull();
  expect(period(weekly, '2026-12-07T01:45Z')).toBeNull();
});

test('when the clocks skip its time it begins after the gap; when they show it twice, it comes once', () => {
  expect(period(weekly, '2026-03-29T01:15Z')).toEqual(['2026-03-29T01:00', '2026-03-29T02:00']);
  expect(period(weekly, '2026-10-25T00:45Z')).toEqual(['2026-10-25T00:30', '2026-10-25T01:30']);
  expect(period(weekly, '2026-10-25T01:45Z')).toBeNull();
});

test('one by cron may span midnight, and longer than its interval', () => {
  expect(period(cron('0 23 * * *', 120), '2026-12-05T23:30Z')).toEqual([
    '2026-12-05T22:00',
    '2026-12-06T00:00',
  ]);
  expect(period(cron('0 * * * *', 90), '2026-12-05T10:20Z')).toEqual([
    '2026-12-05T10:00',
    '2026-12-05T11:30',
  ]);
  expect(
    nextMaintenance(maintenance({ schedule: cron('0 23 * * *', 120) }), at('2026-12-05T22:00Z')),
  ).toEqual({
    from: at('2026-12-06T22:00Z'),
    until: at('2026-12-07T00:00Z'),
  });
});

test('the periods of a month, with the one that goes on at its beginning', () => {
  const daily = maintenance({ schedule: cron('0 23 * * *', 120) });
  const span = { from: at('2026-12-05T23:30Z'), until: at('2026-12-08T00:00Z') };
  expect(maintenanceBetween(daily, { ...span, most: 9 }).map(({ from }) => from)).toEqual(
    ['2026-12-05T22:00Z', '2026-12-06T22:00Z', '2026-12-07T22:00Z'].map(at),
  );
  expect(maintenanceBetween(daily, { ...span, most: 2 })).toHaveLength(2);
  const once = maintenance({ schedule: { kind: 'once', ...span } });
  expect(maintenanceBetween(once, { ...span, most: 9 })).toEqual([span]);
});

test('one that is switched off never takes place', () => {
  const off = maintenance({ enabled: false, schedule: cron('* * * * *', 60) });
  expect([maintenanceAt(off, 1000), nextMaintenance(off, 1000)]).toEqual([null, null]);
});

test.each([
  ['a cron expression of six fields', cron('0 0 * * * *', 60)],
  ['a date instead of a cron expression', cron('2026-01-01T00:00:00', 60)],
  ['a day that never comes', cron('0 0 30 2 *', 60)],
  ['a zone that doesn’t exist', { ...weekly, time_zone: 'Mars/Base' }],
  ['a time that doesn’t exist', { ...weekly, time: '24:00' }],
  ['no weekday', { ...weekly, weekdays: [] }],
  ['an end before its start', { kind: 'once', from: 200, until: 100 }],
])('%s is refused', (_, schedule) => {
  expect(maintenanceShape.safeParse(maintenance({ schedule: weekly })).success).toBe(true);
  expect(maintenanceShape.safeParse({ ...maintenance({}), schedule }).success).toBe(false);
});

test('what drains covers a model by each name of its group, and nothing that only keeps quiet', () => {
  const aliases = createAliasIndex(['sonnet = claude-4-5 = org/claude-4.5', 'gpt = gpt-4o']);
  const schedule = { kind: 'once', from: 100, until: 200 } as const;
  const windows = (fields: Partial<Maintenance>, nowS = 150) =>
    drainingNow([maintenance({ schedule, drains: true, ...fields })], aliases, nowS);
  const channel = { id: 1, tags: ['EU'] };
  const covers = (name: string, fields: Partial<Maintenance>) =>
    isMaintained(windows(fields), channel, [name]);
  const names = ['sonnet', 'claude-4-5', 'org/claude-4.5', 'gpt-4o'];
  for (const listed of ['sonnet', 'claude-4-5', 'org/*']) {
    expect(names.map((name) => covers(name, { models: [listed] }))).toEqual([
      ...[true, true, true, false],
    ]);
  }
  expect([covers('gpt', { tags: ['eu'] }), covers('gpt', { target_ids: [2] })]).toEqual([
    true,
    false,
  ]);
  expect(windows({ drains: false })).toEqual([]);
  expect(windows({}, 200)).toEqual([]);
});
