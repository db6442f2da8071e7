import { expect, test } from 'vitest';
import { askedRoute, splitTargetModel } from './asked-route.ts';

const relay = { id: 1, name: 'relay' };
const other = { id: 2, name: 'other' };

const asked = (model: string, pinned?: typeof relay) =>
  askedRoute(model, (name) => [relay, other].find((target) => target.name === name), pinned);

test('the first slash ends the name of a target; the model may have more slashes', () => {
  expect(splitTargetModel('relay/openai/gpt-4o')).toEqual({
    target: 'relay',
    model: 'openai/gpt-4o',
  });
  expect(asked('relay/gpt-4o')).toEqual({ kind: 'pinned', target: relay, model: 'gpt-4o' });
});

test.each(['gpt-4o', '/gpt-4o', '', 'nobody/gpt-4o'])('%j names a model alone', (model) => {
  expect(asked(model)).toEqual({ kind: 'bare', model });
});

test('a target may be pinned beside the model, whether or not the name says so too', () => {
  const pinned = { kind: 'pinned', target: relay };
  expect(asked('gpt-4o', relay)).toEqual({ ...pinned, model: 'gpt-4o' });
  expect(asked('relay/gpt-4o', relay)).toEqual({ ...pinned, model: 'gpt-4o' });
  expect(asked('other/gpt-4o', relay)).toEqual({ ...pinned, model: 'other/gpt-4o' });
});
