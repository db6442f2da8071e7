import { cpuMsOf, slowness } from '@api-monitor/core/test/pace';
import { describe, expect, test } from 'vitest';
import { endSse, readSse, type SseEvent, sseStart } from './sse.ts';

function parse(pieces: readonly string[]): SseEvent[] {
  let state = sseStart;
  const events: SseEvent[] = [];
  for (const piece of pieces) {
    const step = readSse(state, piece);
    state = step.state;
    events.push(...step.events);
  }
  return [...events, ...endSse(state)];
}

const expected: SseEvent[] = [
  { event: 'first', data: 'one\ntwo' },
  { event: null, data: 'a: colon' },
  { event: null, data: '' },
  { event: null, data: ' second space stays' },
  { event: 'last', data: '{"open":true}' },
];

const lines = [
  '\uFEFF: a comment',
  'event: first',
  'id: 7',
  'data: one',
  'data:two',
  '',
  'retry: 10',
  '',
  'data: a: colon',
  '',
  'data',
  '',
  'data:  second space stays',
  '',
  '',
  'event: last',
  'data: {"open":true}',
];

describe.each([
  ['LF', '\n'],
  ['CRLF', '\r\n'],
  ['CR', '\r'],
])('lines that end in %s', (_, lineEnd) => {
  const text = lines.join(lineEnd);

  test('give the same events when split at any place', () => {
    for (let at = 0; at <= text.length; at += 1) {
      expect(parse([text.slice(0, at), text.slice(at)])).toEqual(expected);
    }
  });

  test('give the same events one code unit at a time', () => {
    expect(parse(text.split(''))).toEqual(expected);
  });
});

test('a byte order mark within the stream is text', () => {
  expect(parse(['data: a\n\n', '\uFEFFdata: b\n\n'])).toEqual([{ event: null, data: 'a' }]);
});

test('a line of megabytes in small pieces takes linear time', () => {
  const pieces = Array.from({ length: 4096 }, () => 'x'.repeat(1024));
  const read = () =>
    expect(parse(['data: ', ...pieces, '\n\n'])[0]?.data).toHaveLength(4 * 1024 * 1024);
  expect(cpuMsOf(read)).toBeLessThan(2_000 * slowness());
});
