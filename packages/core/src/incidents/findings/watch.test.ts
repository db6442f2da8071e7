import { expect, test } from 'vitest';
import { alertRuleDefaults as rules } from '../alert-rules.ts';
import type { Observation } from './observation.ts';
import { flapShareOf, judged, nextWatch, type Watch } from './watch.ts';

const subject = { kind: 'model_down', target_id: 1, model: 'm', name: null } as const;
const found = (is_bad: boolean, at: number): Observation => ({ subject, is_bad, at });
const after = (...findings: Observation[]) =>
  findings.reduce<Watch | null>((watch, one) => nextWatch(watch, one, rules, one.at), null);

test('changes count by their age, and together they are all', () => {
  expect(flapShareOf('g'.repeat(21))).toBe(0);
  expect(flapShareOf('gb'.repeat(11).slice(0, 21))).toBeCloseTo(1);
  expect(flapShareOf(`b${'g'.repeat(20)}`)).toBeCloseTo(0.75 / 20);
  expect(flapShareOf(`${'g'.repeat(20)}b`)).toBeCloseTo(1.25 / 20);
  expect(flapShareOf('gb')).toBeCloseTo(1.25 / 20);
});

test('something that works isn’t watched', () => {
  expect(after(found(false, 10))).toBeNull();
});

test('a finding that comes late or again changes nothing', () => {
  const watch = after(found(true, 100));
  expect(nextWatch(watch, found(true, 100), rules, 101)).toBe(watch);
  expect(nextWatch(watch, found(false, 99), rules, 101)).toBe(watch);
  expect(nextWatch(watch, found(true, 101), rules, 101)).toMatchObject({ health: 'down' });
});

test('a finding of a clock that is ahead counts as made now', () => {
  const watch = nextWatch(null, found(true, 99_999), rules, 100);
  expect(watch).toMatchObject({ found_at: 100 });
});

test('a down model that fails again stays down since its first failure', () => {
  const watch = after(found(true, 100), found(true, 110), found(true, 500));
  expect(watch).toMatchObject({ health: 'down', failing_since: 100, in_a_row: 3 });
});

test('a disk that one host finds full isn’t over while another’s has room', () => {
  const disk = { kind: 'disk', target_id: null, model: null, name: null } as const;
  const look = (is_bad: boolean, at: number) => ({ subject: disk, is_bad, at });
  const full = { ...look(true, 100), severity: 'warning' as const };
  const found = after(full, look(false, 105));
  expect(found).toMatchObject({ health: 'down', severity: 'warning' });
  const again = nextWatch(found, { ...full, at: 115 }, rules, 115);
  const well = nextWatch(again, look(false, 120), rules, 120);
  if (!well) throw new Error('it is watched');
  expect(judged(well, rules, 179).health).toBe('down');
  expect(judged(well, rules, 180).health).toBe('up');
});
