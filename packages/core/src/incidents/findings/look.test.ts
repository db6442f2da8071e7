import { expect, test } from 'vitest';
import { alertRuleDefaults as rules } from '../alert-rules.ts';
import { findingsOfLooks, type Look } from './look.ts';
import { subjectKeyOf } from './observation.ts';
import { nextWatch, type Watch } from './watch.ts';

const subject = { kind: 'disk', target_id: null, model: null, name: null } as const;

/** What a monitor finds that looks every minute. */
function lookEveryMinute(judgements: (ReturnType<Look['judge']> | 'left out' | 'gone')[]) {
  let watches: Record<string, Watch> = {};
  return judgements.map((judged, minute) => {
    const nowS = 100 + minute * 60;
    const looks =
      judged === 'left out' || judged === 'gone' ? [] : [{ subject, judge: () => judged }];
    const isLeftOut = () => judged === 'left out';
    const found = findingsOfLooks(looks, { watches, nowS, isLeftOut });
    for (const one of found) {
      const watch = nextWatch(watches[subjectKeyOf(subject)] ?? null, one, rules, nowS);
      watches = watch ? { [subjectKeyOf(subject)]: watch } : {};
    }
    return found.map(({ is_bad, severity }) => (is_bad ? (severity ?? 'bad') : 'good')).join();
  });
}

test('only what changes is a finding: whether it is bad, or how bad', () => {
  const [warning, critical] = (['warning', 'critical'] as const).map((severity) => {
    return { is_bad: true, severity };
  });
  if (!warning || !critical) throw new Error('two judgements');
  const good = { is_bad: false };
  expect(lookEveryMinute([good, warning, warning, critical, critical, null, good, good])).toEqual([
    ...['', 'warning', '', 'critical', '', '', 'good', ''],
  ]);
});

test('what isn’t looked at any more is well, unless it was only left out', () => {
  const bad = { is_bad: true };
  expect(lookEveryMinute([bad, 'left out', 'gone', 'gone'])).toEqual(['bad', '', 'good', '']);
});

test('the figures of something bad are found again every hour, if they differ', () => {
  const minutes = Array.from({ length: 125 }, (_, minute) => {
    return { is_bad: true, figures: { free_share: minute < 70 ? 0.05 : 0.04 } };
  });
  const found = lookEveryMinute(minutes).flatMap((one, minute) => (one === '' ? [] : [minute]));
  expect(found).toEqual([0, 70]);
});

test('what was looked at before the last finding changes nothing, unless a wrong clock made that', () => {
  const [bad, good] = [true, false].map((is_bad) => ({ subject, judge: () => ({ is_bad }) }));
  if (!bad || !good) throw new Error('two looks');
  const foundAt = (look: Look, at: number, found_at: number, nowS: number) => {
    const first = { subject, is_bad: look === good, at: found_at };
    const watch = nextWatch(null, { ...first, is_bad: true }, rules, found_at);
    const watches = watch ? { [subjectKeyOf(subject)]: { ...watch, is_bad: first.is_bad } } : {};
    return findingsOfLooks([look], { watches, nowS, lookedAt: () => at }).map((one) => one.at);
  };
  for (const look of [bad, good]) {
    expect(foundAt(look, 99, 100, 110)).toEqual([]);
    expect(foundAt(look, 100, 100, 110)).toEqual([]);
    expect(foundAt(look, 101, 100, 110)).toEqual([101]);
    expect(foundAt(look, 101, 9000, 110)).toEqual([101]);
  }
});
