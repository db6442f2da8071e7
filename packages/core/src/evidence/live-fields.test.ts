import { expect, test } from 'vitest';
import { noEvidence } from './evidence.ts';
import { liveFieldsOf } from './live-fields.ts';

const failing = {
  ...noEvidence('chat', 100),
  ...({ state: 'proven', failures: 2, error: 'HTTP 502', proved_by: 'probe' } as const),
};
const nothing = {
  ...{ live_failures: 0, live_failed_at: null, live_error: null, live_first_byte_s: null },
};

test('failures of traffic show until an answer comes', () => {
  const fields = { live_failures: 2, live_failed_at: 100, live_error: 'HTTP 502' };
  expect(liveFieldsOf({ evidence: [failing], success: true })).toEqual({ ...nothing, ...fields });
  const proven = { ...failing, failures: 0, error: null };
  expect(liveFieldsOf({ evidence: [proven], success: true })).toEqual(nothing);
});

test('a failed probe isn’t live traffic, but a model that traffic alone found dead is', () => {
  const failed = { ...failing, state: 'failed', failures: 6 } as const;
  expect(liveFieldsOf({ evidence: [failed], success: false })).toEqual(nothing);
  expect(liveFieldsOf({ evidence: [failed], success: true }).live_failures).toBe(6);
});

test('the route that failed last counts, and the one that clients used last for the time', () => {
  const other = { ...failing, route: 'anthropic', found_at: 200, failures: 1 } as const;
  const used = { ...noEvidence('gemini', 50), proved_by: 'traffic', proved_at: 50 } as const;
  const evidence = [failing, other, { ...used, first_token_s: 0.4 }];
  expect(liveFieldsOf({ evidence, success: true })).toMatchObject({
    ...{ live_failures: 1, live_failed_at: 200, live_first_byte_s: 0.4 },
  });
});
