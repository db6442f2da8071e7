import { noUsage } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { eventOf, named } from '../../test/recordings.ts';
import { createAnswerReader } from '../reading/answer-reader.ts';

function read(body: string, isRaw = false) {
  const reader = createAnswerReader({ route: 'responses-item', status: 200, isRaw });
  for (const byte of Buffer.from(body)) reader.take(Buffer.of(byte));
  return { reading: reader.end(), reader };
}

const response = { id: 'resp_1', object: 'response', status: 'completed', output: [] };
const usage = { input_tokens: 5, output_tokens: 7 };

test.each([
  ['an answer', JSON.stringify({ ...response, usage })],
  ['one that is under way', JSON.stringify({ ...response, status: 'queued' })],
  ['its deletion', JSON.stringify({ id: 'resp_1', object: 'response.deleted', deleted: true })],
])('%s is read, and its tokens aren’t counted again', (_, body) => {
  const { reading, reader } = read(body);
  expect(reading.kind).toBe('answer');
  expect(reader.usage).toEqual(noUsage);
});

test('a stream of it that breaks off isn’t whole', () => {
  const begun = named(eventOf('response.created', { response }));
  const ended = named(eventOf('response.completed', { response: { ...response, usage } }));
  expect(read(begun).reading.kind).toBe('unreadable');
  expect(read(begun + ended).reading.kind).toBe('answer');
});

test.each(['data: {"error": 1}\n\n', '{"error":"x"}', '<html>', ''])(
  'the bytes %j of a file aren’t read',
  (body) => {
    const { reading, reader } = read(body, true);
    expect([reading.kind, reader.form, reader.error]).toEqual(['answer', 'other', null]);
  },
);
