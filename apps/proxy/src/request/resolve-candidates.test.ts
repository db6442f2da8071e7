import { createAliasIndex, createModelRules, drainingNow } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { boardOf, entry, type GivenTarget, targetOf, unlimitedKey } from '../../test/test-board.ts';
import { createAffinity } from '../board/affinity.ts';
import type { BoardKey } from '../board/board.ts';
import { createLiveEvidence } from '../board/live-evidence.ts';
import type { Issuer } from '../board/state-issuers.ts';
import { type Ask, createResolver, type ResolveDeps } from './resolve-candidates.ts';

const nowS = 1_000_000;
const proven = { evidence: [entry('chat', nowS - 60)] };
const failed = { evidence: [entry('chat', nowS - 60, { state: 'failed', error: 'HTTP 500' })] };

const master: BoardKey = { ...unlimitedKey, id: null, name: 'master' };

const rulesOf = (...entries: string[]) => createModelRules(entries, createAliasIndex([]));

function resolver(targets: readonly GivenTarget[], deps: Partial<ResolveDeps> = {}) {
  const board = boardOf(...targets);
  const clock = () => nowS;
  const issued = new Map<string, Issuer>();
  const resolve = createResolver({
    ...{
      board,
      live: createLiveEvidence({ board, nowS: clock, publish: () => {}, publishPeriodMs: 100 }),
    },
    ...{ affinity: createAffinity(clock) },
    ...{ issuers: { of: (mark) => issued.get(mark) ?? null }, nowS: clock, random: () => 0 },
    ...deps,
  });
  const ask = (model: string, more: Partial<Ask> = {}) => {
    const given = { key: master, route: 'chat', pinnedTargetId: null } as const;
    const resolution = resolve({
      ...given,
      model,
      conversationOf: () => null,
      carried: [],
      ...more,
    });
    if (!resolution.ok) return `${resolution.error.status} ${resolution.error.message}`;
    return resolution.choices.map(
      ({ entry: { target, model: name } }) => `${target.name}: ${name}`,
    );
  };
  return { board, issued, ask };
}

const aliases = createAliasIndex(['sonnet = claude-4-5 = anthropic/claude-4.5']);

function groupResolver(targets: readonly GivenTarget[], deps: Partial<ResolveDeps> = {}) {
  const made = resolver(targets, deps);
  made.board.replaceAliases(aliases);
  return made;
}

/** Every name that a list could show, in every format. */
function listedNames(targets: readonly GivenTarget[]): string[] {
  const full = targets
    .map(targetOf)
    .flatMap(({ name, models }) =>
      [...models.keys()].flatMap((model) => [`${name}/${model}`, model]),
    );
  return [...new Set(full)].flatMap((name) => [name, `models/${name}`]);
}

const crowd: GivenTarget[] = [
  { id: 1, name: 'openai', models: { 'gpt-own': proven, 'org/sub/m': proven } },
  { id: 2, name: 'router', models: { 'openai/gpt-4o': proven, 'openai/gpt-own': proven } },
  { id: 3, name: 'router/openai', models: { x: proven } },
  { id: 4, name: '中文 渠道/a b', models: { 'm:free': proven, '100%': proven } },
  { id: 5, name: 'models', models: { 'gemini-2.5': proven } },
  { id: 6, name: 'openrouter', models: { 'openrouter/auto': proven } },
  { id: 7, name: 'a', models: { 'b/m': proven } },
  { id: 8, name: 'a/b', models: { n: proven } },
];

test('every listed name can be asked for', () => {
  const { ask } = resolver(crowd);
  for (const name of listedNames(crowd)) expect(ask(name), name).toBeInstanceOf(Array);
});

test('without bare names, every full name can be asked for', () => {
  const { ask, board } = resolver(crowd);
  board.replaceSettings({ ...board.settings(), bare_models: false });
  for (const { name, models = {} } of crowd) {
    for (const model of Object.keys(models)) {
      expect(ask(`${name}/${model}`), `${name}/${model}`).toEqual([`${name}: ${model}`]);
    }
  }
});

test('a listed name goes to those that list it, else to the channel that it begins with', () => {
  const { ask } = resolver(crowd);
  expect(ask('openai/gpt-own')).toEqual(['router: openai/gpt-own']);
  const noRouter = crowd.map((one) => (one.id === 2 ? { ...one, enabled: false } : one));
  expect(resolver(noRouter).ask('openai/gpt-own')).toEqual(['openai: gpt-own']);
  const failing = { 'openai/gpt-own': failed };
  const broken = crowd.map((one) => (one.id === 2 ? { ...one, models: failing } : one));
  expect(resolver(broken).ask('openai/gpt-own')).toEqual(['openai: gpt-own']);
});

test('a key finds the channels that it may use, whatever others are called', () => {
  const { ask } = resolver(crowd);
  const key = { ...master, targetIds: new Set([1]) };
  expect(ask('openai/gpt-own', { key })).toEqual(['openai: gpt-own']);
  expect(ask('a/b/m', { key: { ...master, targetIds: new Set([7]) } })).toEqual(['a: b/m']);
});

test('the channel’s own name for the model goes up, and limits on it hold', () => {
  const google = targetOf({ id: 1, name: 'google' });
  const offer = {
    target: google,
    model: 'models/g',
    names: ['g'],
    plan: 'probed',
    fault: null,
    price: null,
  } as const;
  const models = new Map([['g', { ...offer, ...proven }]]);
  const { board, ask } = resolver([]);
  board.putTarget({ ...google, models, names: models });
  for (const name of ['g', 'models/g', 'google/g', 'google/models/g', 'models/google/g']) {
    for (const allowed of ['google/g', 'google/models/g']) {
      const key = { ...master, models: rulesOf(allowed) };
      expect(ask(name, { key }), name).toEqual(['google: models/g']);
    }
    const other = { ...master, models: rulesOf('google/x') };
    expect(ask(name, { key: other })).toMatch(/^403/);
  }
});

const reference = { mark: 'resp_1', field: 'previous_response_id', isReference: true };
const signature = { mark: 'sig', field: 'signature', isReference: false };
const pair: GivenTarget[] = [
  { id: 1, name: 'one', models: { m: proven } },
  { id: 2, name: 'two', models: { m: proven } },
];

test.each([reference, signature])('a request with a $field goes to its issuer alone', (one) => {
  const { ask, issued } = resolver(pair);
  expect(ask('m', { carried: [one] })).toEqual(['one: m', 'two: m']);
  issued.set(one.mark, { targetId: 2, targetKey: undefined });
  expect(ask('m', { carried: [one] })).toEqual(['two: m']);
  expect(ask('m', { carried: [{ ...one, mark: 'unknown' }, one] })).toEqual(['two: m']);
  expect(ask('one/m', { carried: [one] })).toEqual(['one: m']);
});

test('if the issuer is failing, disabled or gone, the answer says so', () => {
  const asking = (two: GivenTarget | null, one = reference) => {
    const { ask, issued } = resolver([...pair.slice(0, 1), ...(two ? [two] : [])]);
    issued.set(one.mark, { targetId: 2, targetKey: undefined });
    return ask('m', { carried: [one] });
  };
  const resting = { evidence: [entry('chat', nowS, { failures: 1, rest_until: nowS + 5 })] };
  const two = { id: 2, name: 'two' };
  const belongs = '"previous_response_id" belongs to the channel "two" alone: ';
  expect(asking({ ...two, models: { m: resting } })).toContain(`503 ${belongs}"two/m" rests`);
  expect(asking({ ...two, models: { m: failed } })).toContain(belongs);
  expect(asking({ ...two, models: { m: proven }, enabled: false })).toContain(
    `404 ${belongs}the channel "two" is disabled`,
  );
  expect(asking({ ...two, models: {} })).toContain(`404 ${belongs}the channel "two" has no model`);
  expect(asking(null)).toBe(
    '404 "previous_response_id" belongs to a channel that no longer exists; start a new conversation',
  );
});

test('sealed content doesn’t hold a model that its issuer doesn’t have', () => {
  const { ask, issued } = resolver([...pair, { id: 3, name: 'three', models: { other: proven } }]);
  issued.set('sig', { targetId: 3, targetKey: undefined });
  expect(ask('m', { carried: [signature] })).toEqual(['one: m', 'two: m']);
});

test('a key learns nothing of an issuer that it may not use', () => {
  const { ask, issued } = resolver(pair);
  issued.set('resp_1', { targetId: 2, targetKey: undefined });
  const key = { ...master, targetIds: new Set([1]) };
  expect(ask('m', { key, carried: [reference] })).toEqual(['one: m']);
});

const offering: GivenTarget[] = [
  { id: 1, name: 'direct', models: { 'claude-4-5': proven } },
  { id: 2, name: 'router', models: { 'anthropic/claude-4.5': proven, other: proven } },
  { id: 3, name: 'dead', models: { sonnet: failed } },
];

test('any name of a group goes to every channel that has one of them, under its own id', () => {
  const { ask } = groupResolver(offering);
  const all = ['direct: claude-4-5', 'router: anthropic/claude-4.5'];
  for (const name of ['sonnet', 'claude-4-5', 'models/sonnet', 'anthropic/claude-4.5']) {
    expect(ask(name), name).toEqual(all);
  }
  expect(ask('other')).toEqual(['router: other']);
});

test('a channel may be asked by any name of a group, and by its own first', () => {
  const models = { 'claude-4-5': proven, 'anthropic/claude-4.5': proven };
  const { ask } = groupResolver([...offering, { id: 4, name: 'both', models }]);
  expect(ask('router/sonnet')).toEqual(['router: anthropic/claude-4.5']);
  expect(ask('router/claude-4-5')).toEqual(['router: anthropic/claude-4.5']);
  expect(ask('both/claude-4-5')).toEqual(['both: claude-4-5']);
  expect(ask('both/sonnet')).toEqual(['both: claude-4-5', 'both: anthropic/claude-4.5']);
});

test('a channel with several ids of a group takes one share, and its others come last', () => {
  const models = { 'claude-4-5': proven, 'anthropic/claude-4.5': proven };
  const { ask } = groupResolver([{ id: 1, name: 'both', models }, ...offering.slice(1)]);
  const first = ['both: anthropic/claude-4.5', 'router: anthropic/claude-4.5', 'both: claude-4-5'];
  expect(ask('anthropic/claude-4.5')).toEqual(first);
  const inTurn = groupResolver([{ id: 1, name: 'both', models }, ...offering.slice(1)]);
  inTurn.board.replaceSettings({ ...inTurn.board.settings(), routing_policy: 'round-robin' });
  const firsts = Array.from({ length: 4 }, () => inTurn.ask('claude-4-5')[0]);
  const both = 'both: claude-4-5';
  const router = 'router: anthropic/claude-4.5';
  expect(firsts).toEqual([router, both, router, both]);
});

test('a key that names one of a group may use them all, and a pattern allows what it matches', () => {
  const { ask } = groupResolver(offering);
  const keyOf = (...entries: string[]) => ({
    key: { ...master, models: createModelRules(entries, aliases) },
  });
  const all = ['direct: claude-4-5', 'router: anthropic/claude-4.5'];
  expect(ask('claude-4-5', keyOf('sonnet'))).toEqual(all);
  expect(ask('sonnet', keyOf('claude-4-5'))).toEqual(all);
  expect(ask('sonnet', keyOf('claude-*'))).toEqual(['direct: claude-4-5']);
  expect(ask('sonnet', keyOf('router/sonnet'))).toEqual(['router: anthropic/claude-4.5']);
  expect(ask('router/sonnet', keyOf('router/*'))).toEqual(['router: anthropic/claude-4.5']);
  expect(ask('router/sonnet', keyOf('*/anthropic/*'))).toEqual(['router: anthropic/claude-4.5']);
  expect(ask('sonnet', keyOf('direct/other'))).toMatch(/^403/);
});

test('tags and bare names decide for all channels', () => {
  const cheap = { id: 5, name: 'cheap', tags: ['Cheap'], models: { other: proven, x: proven } };
  const { ask } = resolver([...offering, cheap]);
  const keyOf = (entry: string) => ({ key: { ...master, models: rulesOf(entry) } });
  expect(ask('other', keyOf('tag:cheap'))).toEqual(['cheap: other']);
  expect(ask('other', keyOf('other'))).toEqual(['router: other', 'cheap: other']);
  expect(ask('cheap/x', keyOf('other'))).toMatch(/^403/);
});

test('reading a name takes no longer with a thousand channels', () => {
  const targets = (count: number) =>
    Array.from({ length: count }, (_, n) => ({
      id: n + 1,
      name: `c${n}`,
      models: { [`m${n}`]: proven },
    }));
  const timeOf = (count: number) => {
    const { ask } = groupResolver(targets(count));
    const rounds = Array.from({ length: 50 }, () => {
      const began = performance.now();
      for (let n = 0; n < 20; n += 1)
        ask('c0/m0', { key: { ...master, models: rulesOf('c0/m0') } });
      return performance.now() - began;
    });
    return Math.min(...rounds);
  };
  timeOf(10);
  expect(timeOf(1_000)).toBeLessThan(3 * timeOf(10) + 1);
});

test('a channel in maintenance that drains is asked last, by its tag and any name of the model', () => {
  const targets = [
    { id: 1, name: 'a', models: { 'claude-4-5': proven } },
    { id: 2, name: 'b', models: { 'anthropic/claude-4.5': proven } },
  ];
  const { ask, board } = groupResolver(targets);
  const [first, second] = ask('sonnet');
  const maintenance = {
    ...{ id: 1, name: 'Works', enabled: true, target_ids: [1], tags: [], models: ['sonnet'] },
    ...{ is_public: true, drains: true },
    schedule: { kind: 'once', from: nowS - 10, until: nowS + 10 } as const,
  };
  board.replaceDraining(drainingNow([maintenance], aliases, nowS));
  expect(ask('sonnet')).toEqual([second, first]);
  expect(ask('a/sonnet')).toEqual([first]);
  board.replaceDraining([]);
  expect(ask('sonnet')).toEqual([first, second]);
});

const priced = (input: number, cached_input = input) => ({
  ...proven,
  price: {
    prices: [{ input, output: input, cached_input }],
    ...({ source: 'table', multiplier: 1 } as const),
  },
});
const begun = { id: 'c', isBegun: true };

test('by price, a request goes to the cheapest channel for its own size', () => {
  const flat = { ...proven, price: { ...priced(1).price, prices: [{ request: 0.01 }] } };
  const { ask, board } = resolver([
    { id: 1, name: 'flat', models: { m: flat } },
    { id: 2, name: 'metered', models: { m: priced(1) } },
    { id: 3, name: 'unknown', models: { m: proven } },
  ]);
  board.replaceSettings({ ...board.settings(), routing_policy: 'price' });
  const of = (inputTokens: number) => ({ sizeOf: () => ({ inputTokens, outputTokens: 0 }) });
  expect(ask('m', of(1_000))).toEqual(['metered: m', 'flat: m', 'unknown: m']);
  expect(ask('m', of(100_000))).toEqual(['flat: m', 'metered: m', 'unknown: m']);
});

test('by price, a conversation stays where its beginning is cached, until another is cheaper anyway', () => {
  const affinity = createAffinity(() => nowS);
  const two = (price: number) => ({ id: 2, name: 'two', models: { m: priced(price) } });
  const { ask, board } = resolver([{ id: 1, name: 'one', models: { m: priced(10, 1) } }, two(5)], {
    affinity,
  });
  board.replaceSettings({ ...board.settings(), routing_policy: 'price' });
  const asking = { conversationOf: () => begun };
  const lastAt = (cachedShare: number) =>
    affinity.keep('c', 'm', { targetId: 1, targetKey: undefined, cachedShare });
  lastAt(0.9);
  expect(ask('m', asking)).toEqual(['one: m', 'two: m']);
  lastAt(0);
  expect(ask('m', asking)).toEqual(['two: m', 'one: m']);
  lastAt(0.9);
  board.putTarget(targetOf(two(1)));
  expect(ask('m', asking)).toEqual(['two: m', 'one: m']);
  board.replaceSettings({ ...board.settings(), routing_policy: 'priority' });
  expect(ask('m', asking)).toEqual(['one: m', 'two: m']);
});

test('a key’s ceiling keeps it from what costs more, also if it names the channel', () => {
  const { ask } = resolver([
    { id: 1, name: 'one', models: { m: priced(10) } },
    { id: 2, name: 'two', models: { m: priced(5) } },
    { id: 3, name: 'three', models: { m: proven } },
  ]);
  const key = { ...master, demands: { maxPrice: 5, mustBeKnown: true } };
  expect(ask('m', { key })).toEqual(['two: m']);
  expect(ask('one/m', { key })).toBe('403 "one/m" costs more than this key\'s max_price');
  expect(ask('three/m', { key })).toBe(
    '403 the price of "three/m" is unknown, and this key needs one',
  );
});
