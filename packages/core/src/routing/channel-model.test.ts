import { expect, test } from 'vitest';
import { splitChannelModel } from './channel-model.ts';

test('the first slash parts the channel from the model, which may have more', () => {
  expect(splitChannelModel('relay/gpt-4o')).toEqual({ channel: 'relay', model: 'gpt-4o' });
  expect(splitChannelModel('relay/openai/gpt-4o')).toEqual({
    channel: 'relay',
    model: 'openai/gpt-4o',
  });
});

test.each(['gpt-4o', '/gpt-4o', ''])('%j names no channel', (name) => {
  expect(splitChannelModel(name)).toBeNull();
});
