import { expect, test } from 'vitest';
import type { Finding } from './finding.ts';
import { hasMoved, isWorthStoring } from './knowledge-change.ts';
import { type Knowledge, nextKnowledge } from './next-knowledge.ts';

const intervalS = 1800;

function finding(at: number, fields: Partial<Finding> = {}): Finding {
  return {
    ...{ route: 'chat', outcome: 'success', kind: null, scope: 'route', message: null },
    ...{ by: 'traffic', began_at: at, at, first_token_s: 1, is_wrong_answer: null },
    retry_after_s: null,
    ...fields,
  };
}

const nothing: Knowledge = { evidence: [], fault: null };
const proven = nextKnowledge(nothing, finding(100), { model: 'm', intervalS });
const after = (at: number, fields: Partial<Finding> = {}) =>
  nextKnowledge(proven, finding(at, fields), { model: 'm', intervalS });
const down = { outcome: 'failure', kind: 'upstream', scope: 'model' } as const;

test('a proof that is renewed is no news, and is stored every half minute', () => {
  expect(hasMoved(proven, after(129))).toBe(false);
  expect(isWorthStoring(proven, after(129))).toBe(false);
  expect(hasMoved(proven, after(130))).toBe(false);
  expect(isWorthStoring(proven, after(130))).toBe(true);
});

test.each<[string, Knowledge, boolean]>([
  ['a failure', after(101, down), true],
  ['a refusal', after(101, { outcome: 'refused', by: 'run', kind: 'not_found' }), true],
  ['a proof on another route', after(101, { route: 'anthropic' }), true],
  ['a fault of the channel', after(101, { ...down, kind: 'auth', scope: 'channel' }), true],
  ['a wrong answer', after(101, { by: 'run', is_wrong_answer: true }), true],
  ['a much slower first token', after(101, { first_token_s: 2 }), true],
  ['a slightly slower first token', after(101, { first_token_s: 1.1 }), false],
  ['a mistake of the client', after(101, { outcome: 'none' }), false],
])('of a proven model, %s is news: %j', (_, known, isNews) => {
  expect(hasMoved(proven, known)).toBe(isNews);
  expect(isWorthStoring(proven, known)).toBe(isNews);
});

test('a longer rest is news, because gateways must keep it', () => {
  const failing = after(101, down);
  expect(
    hasMoved(failing, nextKnowledge(failing, finding(102, down), { model: 'm', intervalS })),
  ).toBe(true);
});
