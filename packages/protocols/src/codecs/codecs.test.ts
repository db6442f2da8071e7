import type { Route } from '@api-monitor/core';
import { describe, expect, test } from 'vitest';
import { chatDelta, data, eventOf, named, recordings } from '../../test/recordings.ts';
import { readBody } from '../reading/read-body.ts';
import {
  endStream,
  hasFirstToken,
  progressOf,
  readPiece,
  streamStart,
} from '../reading/read-stream.ts';
import { protocolFor } from './protocol-for.ts';

describe.each(recordings)('$title', ({ route, stream, answer }) => {
  const protocol = protocolFor(route);
  const text = stream.join('');

  test('is read the same when split at any place', () => {
    const whole = readBody(protocol, 200, text);
    expect(whole).toMatchObject({ kind: 'answer', streamed: true, answer });
    for (let at = 0; at <= text.length; at += 1) {
      const first = readPiece(protocol, streamStart, text.slice(0, at));
      const second = readPiece(protocol, first, text.slice(at));
      expect(endStream(protocol, second, text)).toEqual(whole);
    }
  });

  test('is read the same one code unit at a time, with CRLF', () => {
    const crlf = text.replaceAll('\n', '\r\n');
    const state = crlf
      .split('')
      .reduce((before, unit) => readPiece(protocol, before, unit), streamStart);
    expect(endStream(protocol, state, text)).toEqual(readBody(protocol, 200, text));
  });

  test("has a first token, and a comment isn't one", () => {
    expect(hasFirstToken(readPiece(protocol, streamStart, text))).toBe(true);
    expect(hasFirstToken(readPiece(protocol, streamStart, ': nothing yet\n\n'))).toBe(false);
  });

  test('is a broken stream without its end', () => {
    const cut = stream.slice(0, route === 'chat' ? 2 : 1).join('');
    const state = readPiece(protocol, streamStart, cut);
    expect(endStream(protocol, state, cut)).toMatchObject({ fault: 'broken_stream' });
  });
});

test.each(['constructor', '__proto__', 'toString'])(
  'a call named %s is read like any other',
  (id) => {
    const item = { type: 'function_call', id, name: 'f', arguments: '{}' };
    const whole = readBody(protocolFor('responses'), 200, JSON.stringify({ output: [item] }));
    const added = named(
      eventOf('response.output_item.added', { item: { ...item, arguments: '' } }),
    );
    const piece = named(
      eventOf('response.function_call_arguments.delta', { item_id: id, delta: '{}' }),
    );
    const end = named(eventOf('response.completed', { response: { output: [item] } }));
    const streamed = readBody(protocolFor('responses'), 200, added + piece + end);
    for (const reading of [whole, streamed]) {
      expect(reading).toMatchObject({ answer: { toolCalls: [{ name: 'f', arguments: '{}' }] } });
    }
  },
);

describe('the progress of a stream', () => {
  const progress = (route: Route, text: string) =>
    progressOf(readPiece(protocolFor(route), streamStart, text));
  const geminiEnd = (text: string) =>
    data({ candidates: [{ content: { parts: [{ text }] }, finishReason: 'STOP' }] });

  test.each<[string, Route, string, string]>([
    ['under way before its end', 'chat', chatDelta({ content: 'x' }), 'under_way'],
    [
      'complete after its answer, although its usage may follow',
      'chat',
      chatDelta({ content: 'x' }, 'stop'),
      'complete',
    ],
    ['over after [DONE]', 'chat', 'data: [DONE]\n\n', 'over'],
    ['over after message_stop', 'anthropic', named({ type: 'message_stop' }), 'over'],
    ['over after completed', 'responses', named({ type: 'response.completed' }), 'over'],
    ['over after incomplete', 'responses', named({ type: 'response.incomplete' }), 'over'],
    ['over after failed', 'responses', named({ type: 'response.failed' }), 'over'],
    ['over after an error', 'chat', data({ error: { message: 'gone' } }), 'over'],
    [
      'complete after its answer, because Gemini has no final event',
      'gemini',
      geminiEnd('x'),
      'complete',
    ],
    ['under way if the end came before any token', 'gemini', geminiEnd(''), 'under_way'],
  ])('%s', (_, route, text, expected) => {
    expect(progress(route, text)).toBe(expected);
  });
});
