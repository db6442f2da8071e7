import { expect, test } from 'vitest';
import { askedRoute, modelKey, namesWithin } from './asked-route.ts';

interface Channel {
  name: string;
  models: string[];
}

const relay = { name: 'relay', models: ['gpt-4o', 'openai/gpt-4o'] };
const openai = { name: 'openai', models: ['gpt-own'] };
const deep = { name: 'team/东京 1', models: ['m', 'org/sub/m'] };
const short = { name: 'team', models: ['东京 1/only', 'plain'] };
const models = { name: 'models', models: ['odd'] };
const router = { name: 'openrouter', models: ['openrouter/auto', 'auto-own'] };
const google = { name: 'google', models: ['gemini-2.5'] };
const channels: Channel[] = [relay, openai, deep, short, models, router, google];

/** Names that channels list are bare, unless bare names are off. */
const asked = (name: string, { pinned = null, isBareOn = true }: Given = {}) =>
  askedRoute<Channel>(
    name,
    {
      byName: (wanted) => channels.find((channel) => channel.name === wanted),
      isListed: (model) => isBareOn && channels.some((channel) => channel.models.includes(model)),
      hasModel: (channel, model) => channel.models.includes(model),
    },
    pinned,
  );

interface Given {
  pinned?: Channel | null;
  isBareOn?: boolean;
}

test.each(['nothing', 'nobody/nothing', '/nothing', 'relay/', ''])(
  '%j names a model alone',
  (name) => {
    expect(asked(name)).toEqual({ kind: 'bare', model: name, named: null });
  },
);

test('a name that begins with a channel’s is that channel’s model', () => {
  expect(asked('relay/x')).toEqual({ kind: 'pinned', target: relay, model: 'x' });
  expect(asked('relay/gpt-4o')).toEqual({ kind: 'pinned', target: relay, model: 'gpt-4o' });
  expect(asked('relay/openai/gpt-4o')).toEqual({
    ...{ kind: 'pinned', target: relay, model: 'openai/gpt-4o' },
  });
});

test('a listed name with slashes is bare, even if it begins with a channel’s name', () => {
  const named = { target: openai, model: 'gpt-4o' };
  expect(asked('openai/gpt-4o')).toEqual({ kind: 'bare', model: 'openai/gpt-4o', named });
  expect(asked('openai/gpt-own')).toEqual({ kind: 'pinned', target: openai, model: 'gpt-own' });
  expect(asked('openai/gpt-4o', { isBareOn: false })).toEqual({ kind: 'pinned', ...named });
});

test('a channel’s name may contain slashes, spaces and any script', () => {
  expect(asked('team/东京 1/m')).toEqual({ kind: 'pinned', target: deep, model: 'm' });
  expect(asked('team/东京 1/org/sub/m')).toMatchObject({ target: deep, model: 'org/sub/m' });
  expect(asked('team/plain')).toEqual({ kind: 'pinned', target: short, model: 'plain' });
});

test('of two channels whose names fit, the one that has the model is meant, else the longer', () => {
  expect(asked('team/东京 1/only')).toMatchObject({ target: short, model: '东京 1/only' });
  expect(asked('team/东京 1/nothing')).toMatchObject({ target: deep, model: 'nothing' });
});

test.each([
  ['models/google/gemini-2.5', google, 'gemini-2.5'],
  ['google/models/gemini-2.5', google, 'gemini-2.5'],
  ['models/google/models/gemini-2.5', google, 'gemini-2.5'],
  ['models/models/odd', models, 'odd'],
  ['models/other', models, 'other'],
] as const)('%s is read without Google’s prefix', (name, target, model) => {
  expect(asked(name)).toEqual({ kind: 'pinned', target, model });
});

test('a bare name may have the prefix, too', () => {
  expect(asked('models/gpt-4o')).toMatchObject({ kind: 'bare', model: 'gpt-4o' });
  expect(modelKey('models/a/models/b')).toBe('a/models/b');
});

test('a channel may be pinned beside the model, whether or not the name says so too', () => {
  const pin = { pinned: relay };
  expect(asked('x', pin)).toEqual({ kind: 'pinned', target: relay, model: 'x' });
  expect(asked('relay/x', pin)).toEqual({ kind: 'pinned', target: relay, model: 'x' });
  expect(asked('openai/gpt-4o', pin)).toMatchObject({ target: relay, model: 'openai/gpt-4o' });
  expect(asked('other/x', pin)).toMatchObject({ target: relay, model: 'other/x' });
  expect(asked('team/x', pin)).toMatchObject({ target: relay, model: 'team/x' });
});

test('a pinned channel whose models begin with its own name has both readings', () => {
  const pin = { pinned: router };
  expect(asked('openrouter/auto', pin)).toMatchObject({ model: 'openrouter/auto' });
  expect(asked('openrouter/auto-own', pin)).toMatchObject({ model: 'auto-own' });
  expect(asked('openrouter/openrouter/auto', pin)).toMatchObject({ model: 'openrouter/auto' });
});

test('the names of channels within a name, the longest first', () => {
  expect(namesWithin('models/a/b/models/c').map(({ target }) => target)).toEqual([
    ...['a/b/models', 'a/b', 'a'],
    ...['models/a/b/models', 'models/a/b', 'models/a', 'models'],
  ]);
});
