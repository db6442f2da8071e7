import { expect, test } from 'vitest';
import type { ChannelFault } from '../../evidence/channel-fault.ts';
import { type Evidence, noEvidence } from '../../evidence/evidence.ts';
import type { Finding } from '../../evidence/finding.ts';
import { type Knowledge, nextKnowledge } from '../../evidence/next-knowledge.ts';
import { observeChannel } from './observe-channel.ts';

const intervalS = 1800;

/** What is known after these findings about a model. */
function known(findings: Partial<Finding>[], before: Knowledge = { evidence: [], fault: null }) {
  return findings.reduce((knowledge, fields) => {
    const at = fields.at ?? 0;
    const finding: Finding = {
      ...{ route: 'chat', outcome: 'success', kind: null, scope: 'model', message: null },
      ...{ by: 'traffic', began_at: at, at, first_token_s: null, is_wrong_answer: null },
      ...{ retry_after_s: null, status: 200 },
      ...fields,
    };
    return nextKnowledge(knowledge, finding, { model: 'gpt', intervalS });
  }, before);
}

const failure = { outcome: 'failure', kind: 'upstream', message: 'HTTP 503', status: 503 } as const;
const observe = (fault: ChannelFault | null, evidence: readonly Evidence[]) =>
  observeChannel({ target_id: 1, fault, models: [{ model: 'gpt', evidence }] }).map(
    ({ subject, ...rest }) => ({ kind: subject.kind, model: subject.model, ...rest }),
  );

test('a model that answers is good since its last answer, and so is its channel', () => {
  const { fault, evidence } = known([{ at: 100 }, { at: 200 }]);
  expect(observe(fault, evidence)).toEqual([
    { kind: 'channel_down', model: null, is_bad: false, at: 200 },
    { kind: 'model_down', model: 'gpt', is_bad: false, at: 200 },
  ]);
});

test('each failure is a finding of its own, with the provider’s words', () => {
  const first = known([{ at: 100 }, { ...failure, at: 200 }]);
  const second = known([{ ...failure, at: 300 }], first);
  const why = { kind: 'upstream', message: 'HTTP 503' };
  expect(observe(first.fault, first.evidence)[1]).toMatchObject({ is_bad: true, at: 200, why });
  const [, began, latest] = observe(second.fault, second.evidence);
  expect(began).toMatchObject({ is_bad: true, at: 200, why });
  expect(latest).toMatchObject({ is_bad: true, at: 300, why });
});

test('too many requests are one finding, however often they are met', () => {
  const limit = { ...failure, kind: 'rate_limit', status: 429 } as const;
  const { fault, evidence } = known([{ at: 100 }, { ...limit, at: 200 }, { ...limit, at: 203 }]);
  const found = observe(fault, evidence).filter(({ kind }) => kind === 'model_down');
  expect(found).toMatchObject([{ is_bad: true, at: 200 }]);
});

test('a model that works on another route isn’t down', () => {
  const { fault, evidence } = known([
    { at: 100 },
    { at: 110, route: 'anthropic' },
    { ...failure, scope: 'route', at: 200 },
  ]);
  expect(observe(fault, evidence)[1]).toMatchObject({ is_bad: false, at: 110 });
});

test('a model that has never answered says nothing', () => {
  const { fault, evidence } = known([{ ...failure, by: 'run', at: 100 }]);
  expect(observe(fault, evidence)).toEqual([]);
  expect(observe(null, [noEvidence('chat', 5)])).toEqual([]);
});

test('a fault of the whole channel is told once, and not for each model', () => {
  const quota = { ...failure, kind: 'quota', scope: 'channel', message: 'no balance' } as const;
  const { fault, evidence } = known([{ at: 100 }, { ...quota, at: 200 }]);
  expect(observe(fault, evidence)).toEqual([
    {
      ...{ kind: 'channel_down', model: null, is_bad: true, at: 200 },
      why: { kind: 'quota', message: 'no balance' },
    },
  ]);
  const back = known([{ at: 300 }], { fault, evidence });
  expect(observe(back.fault, back.evidence)[0]).toMatchObject({ is_bad: false, at: 300 });
});

test('a channel that is only busy isn’t down', () => {
  const limit = { ...failure, kind: 'rate_limit', scope: 'channel', status: 429 } as const;
  const { fault, evidence } = known([{ at: 100 }, { ...limit, at: 200 }]);
  expect(fault).not.toBeNull();
  expect(observe(fault, evidence)[0]).toMatchObject({
    kind: 'channel_down',
    is_bad: false,
    at: 100,
  });
});

test('a key that is refused is told by its name, and one that rests isn’t', () => {
  const fault = {
    since: 200,
    found_at: 230,
    failures: 7,
    rest_until: 300,
    error: 'invalid api key',
  };
  const keys = [
    { name: 'main', proved_at: 100, fault: null },
    { name: 'second', proved_at: 110, fault: { ...fault, kind: 'auth' as const } },
    { name: 'third', proved_at: 120, fault: { ...fault, kind: 'rate_limit' as const } },
  ];
  const found = observeChannel({ target_id: 1, fault: null, models: [], keys });
  expect(found.map(({ subject: { kind, name }, is_bad, at }) => [kind, name, is_bad, at])).toEqual([
    ['key_down', 'main', false, 100],
    ['key_down', 'second', true, 200],
    ['key_down', 'second', true, 230],
    ['key_down', 'third', false, 120],
  ]);
});

test('a list that can’t be read is a fault of the channel, unless its models have answered since', () => {
  const unlisted = { at: 200, kind: 'network' as const, error: 'connection refused' };
  const channel = { target_id: 1, fault: null, unlisted };
  const { evidence } = known([{ at: 250 }]);
  expect(observeChannel({ ...channel, models: [] })).toMatchObject([
    { subject: { kind: 'channel_down' }, is_bad: true, at: 200 },
  ]);
  const models = [{ model: 'gpt', evidence }];
  expect(observeChannel({ ...channel, models })[0]).toMatchObject({ is_bad: false, at: 250 });
});

test('an edited channel is good until something fails again', () => {
  const found = observeChannel({ target_id: 1, fault: null, models: [], edited_at: 500 });
  expect(found).toMatchObject([{ subject: { kind: 'channel_down' }, is_bad: false, at: 500 }]);
});
