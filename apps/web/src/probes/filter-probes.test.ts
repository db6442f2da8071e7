import { expect, it } from 'vitest';
import { sampleProbe } from '../../test/sample-probe.ts';
import {
  countProbes,
  filterProbes,
  noProbeFilter,
  type ProbeFilter,
  probeMarkOf,
  toneOfProbe,
} from './filter-probes.ts';

const failed = { success: false, error_kind: 'rate_limit', error: 'HTTP 429: slow down' } as const;
const probes = [
  sampleProbe({ id: 1 }),
  sampleProbe({
    id: 2,
    model: 'claude-opus',
    protocol: 'anthropic',
    route: 'anthropic',
    ...failed,
  }),
  sampleProbe({ id: 3, model: 'embed', success: false, error_kind: 'skipped' }),
];
const idsFor = (filter: Partial<ProbeFilter>) =>
  filterProbes(probes, { ...noProbeFilter, ...filter }).map((it) => it.id);

it('each filter narrows the list, and filters can be combined', () => {
  expect(idsFor({})).toEqual([1, 2, 3]);
  expect(idsFor({ status: 'passed' })).toEqual([1]);
  expect(idsFor({ status: 'failed' })).toEqual([2]);
  expect(idsFor({ status: 'skipped' })).toEqual([3]);
  expect(idsFor({ kind: 'rate_limit' })).toEqual([2]);
  expect(idsFor({ protocol: 'openai' })).toEqual([1, 3]);
  expect(idsFor({ model: 'embed' })).toEqual([3]);
  expect(idsFor({ status: 'passed', protocol: 'anthropic' })).toEqual([]);
});

it('a search looks for every word in answers, errors and endpoints', () => {
  expect(idsFor({ query: 'I AM gpt' })).toEqual([1, 2, 3]);
  expect(idsFor({ query: 'slow 429' })).toEqual([2]);
  expect(idsFor({ query: '/v1/chat claude' })).toEqual([2]);
});

it('counts the probes of each choice', () => {
  expect(countProbes(probes)).toEqual({
    counts: { all: 3, passed: 1, failed: 1, skipped: 1 },
    kinds: ['rate_limit', 'skipped'],
    models: ['claude-opus', 'embed', 'gpt-4o'],
  });
});

it.each([
  ['traffic', 'ok', { proved_by: 'traffic', requests: 0 }],
  ['wrong', 'warn', { is_wrong_answer: true, requests: 1 }],
  ['unasked', 'bad', { success: false, error_kind: 'auth', requests: 0 }],
  [null, 'bad', { success: false, error_kind: 'auth', requests: 1 }],
  [null, 'idle', { success: false, error_kind: 'gated', requests: 0 }],
] as const)('a check is marked as %s and coloured as %s', (mark, tone, given) => {
  const probe = sampleProbe(given);
  expect([probeMarkOf(probe), toneOfProbe(probe)]).toEqual([mark, tone]);
});
