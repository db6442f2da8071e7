import { type Evidence, type MonitorEvent, noEvidence } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { createEvidenceTracker } from './evidence-tracker.ts';

const nowS = 1_800_000_000;
const failing: Evidence = { ...noEvidence('chat', nowS), failures: 1, rest_until: nowS + 1 };

function changed(target_id: number, evidence = failing, model = 'm'): MonitorEvent {
  return { type: 'evidence_changed', data: { target_id, model, evidence } };
}

test('what a gateway found counts until the database knows more', () => {
  const tracker = createEvidenceTracker(() => nowS);
  tracker.take(changed(1));
  const stored = { ...noEvidence('chat', nowS - 9), state: 'proven' } as const;
  const of = (evidence: Evidence[], target_id = 1, model = 'm') =>
    tracker.evidenceOf({ target_id, model, evidence });
  expect(of([stored])).toEqual([failing]);
  expect(of([stored], 2)).toEqual([stored]);
  expect(of([], 1, 'models/m')).toEqual([failing]);
  const later = { ...stored, found_at: nowS + 1 };
  expect(of([later])).toEqual([later]);
});

test('a trial that ended is no longer one, though no new finding came', () => {
  const tracker = createEvidenceTracker(() => nowS);
  const rested = () => tracker.evidenceOf({ target_id: 1, model: 'm', evidence: [failing] });
  tracker.take(changed(1, { ...failing, trial_at: nowS }));
  expect(rested()).toEqual([{ ...failing, trial_at: nowS }]);
  tracker.take(changed(1));
  expect(rested()).toEqual([failing]);
});

test('of two events about a channel’s fault the later one counts', () => {
  const tracker = createEvidenceTracker(() => nowS);
  const fault = {
    ...({ kind: 'auth', error: 'HTTP 401', failures: 6 } as const),
    ...{ since: nowS, found_at: nowS, rest_until: nowS + 30 },
  };
  const faultChanged = (now: typeof fault | null, at: number): MonitorEvent => ({
    type: 'fault_changed',
    data: { target_id: 1, fault: now, at },
  });
  tracker.take(faultChanged(fault, nowS));
  tracker.take(faultChanged(null, nowS - 5));
  expect(tracker.faultOf({ id: 1, fault: null })).toEqual(fault);
  tracker.take(faultChanged(null, nowS + 1));
  expect(tracker.faultOf({ id: 1, fault })).toBeNull();
});

test('beyond its limit the evidence heard longest ago is forgotten', () => {
  const tracker = createEvidenceTracker(() => nowS);
  for (let id = 1; id <= 10_001; id += 1) tracker.take(changed(id));
  const of = (target_id: number) => tracker.evidenceOf({ target_id, model: 'm', evidence: [] });
  expect([of(1), of(2)]).toEqual([[], [failing]]);
});
