import { type GatewayRoute, judgeAnswer } from '@api-monitor/core';
import { describe, expect, test } from 'vitest';
import { createAnswerReader } from './answer-reader.ts';

function read(route: GatewayRoute, contentType: string | undefined, body: string | Uint8Array) {
  const reader = createAnswerReader({ route, status: 200, contentType });
  const bytes = Buffer.from(body);
  for (let at = 0; at < bytes.length; at += 1) reader.take(bytes.subarray(at, at + 1));
  const { hasToken } = reader;
  const reading = reader.end();
  const { outcome, may_another_serve } = judgeAnswer({ status: 200, reading, by: 'traffic' });
  return { outcome, may_another_serve, hasToken, message: reader.error?.message };
}

describe('a transcription as text', () => {
  test.each([
    '[music] hello',
    '[BLANK_AUDIO]',
    '{inaudible}',
    '"Hello"',
    '42',
    'null',
    'data: the new oil',
    ': said the colon',
    '<i>hello</i>',
    '1\n00:00:01,000 --> 00:00:02,000\nhello',
    'WEBVTT\n\n00:01.000 --> 00:02.000\nhello',
  ])('may be %s', (text) => {
    for (const type of ['text/plain; charset=utf-8', 'application/x-subrip', undefined]) {
      expect(read('transcriptions', type, text).outcome).toBe('success');
      expect(read('translations', type, text).outcome).toBe('success');
    }
  });

  test.each(['', '\n', ' \r\n'])(
    'of silence shows nothing, and is no reason to ask again: %j',
    (text) => {
      for (const type of ['text/plain', undefined]) {
        const shown = { outcome: 'none', may_another_serve: false };
        expect(read('transcriptions', type, text)).toMatchObject(shown);
      }
    },
  );

  test('goes to the client at once, unless it may be an error or a page', () => {
    const hasToken = (text: string) => read('transcriptions', 'text/plain', text).hasToken;
    expect(hasToken('[music')).toBe(true);
    expect(hasToken('\uFEFF{"error":')).toBe(false);
    expect(hasToken('<html>')).toBe(false);
    expect(hasToken(`{${'x'.repeat(100_000)}`)).toBe(true);
  });
});

describe('an error with status 200 stays one', () => {
  const error = '{"error":{"message":"no quota"}}';

  test.each<[GatewayRoute, string | undefined]>([
    ['speech', 'application/json'],
    ['speech', 'text/plain'],
    ['speech', undefined],
    ['transcriptions', 'application/json; charset=utf-8'],
    ['transcriptions', 'text/plain'],
    ['transcriptions', undefined],
  ])('%s %s', (route, type) => {
    for (const body of [error, `\uFEFF\n ${error}\n`]) {
      const said = { outcome: 'failure', message: 'no quota' };
      expect(read(route, type, body)).toMatchObject(said);
    }
    expect(read(route, type, error).hasToken).toBe(false);
  });

  test.each<[GatewayRoute, string | undefined, string]>([
    ['speech', 'text/html', '<!DOCTYPE html><title>Log in</title>'],
    ['speech', undefined, '<html></html>'],
    ['transcriptions', 'text/plain', '<!doctype html>'],
    ['transcriptions', 'text/html', '<p>Log in</p>'],
  ])('a page: %s %s', (route, type, page) => {
    expect(read(route, type, page)).toMatchObject({ outcome: 'failure', hasToken: false });
  });

  test('JSON without anything is none', () => {
    expect(read('transcriptions', 'application/json', '').outcome).toBe('failure');
  });
});

describe('speech', () => {
  test.each<[string, Uint8Array]>([
    ['silence', new Uint8Array(4800)],
    ['control characters', Uint8Array.of(1, 2, 3, 9, 10, 13, 31)],
    ['a bracket', Uint8Array.of(0, 0, 0x5b, 1)],
    ['a brace', Uint8Array.of(0, 0, 0x7b, 1)],
    ['a tag', Buffer.from('<html')],
    ['an event', Buffer.from('data: x')],
  ])('of %s is judged by its content type', (_, bytes) => {
    for (const type of ['audio/pcm', 'audio/L16; rate=24000', 'application/octet-stream']) {
      expect(read('speech', type, bytes)).toMatchObject({ outcome: 'success', hasToken: true });
    }
  });

  test('of zeros counts without a content type too', () => {
    expect(read('speech', undefined, new Uint8Array(10)).outcome).toBe('success');
  });

  test.each(['audio/pcm', 'text/plain', undefined])(
    'without any bytes is a failure: %s',
    (type) => {
      const shown = { outcome: 'failure', may_another_serve: true, hasToken: false };
      expect(read('speech', type, '')).toMatchObject(shown);
    },
  );

  test('as events is still read as events', () => {
    const events = 'data: {"type":"speech.audio.delta","audio":"AA=="}\n\n';
    expect(read('speech', 'text/event-stream', events).hasToken).toBe(true);
  });
});

test('tokens that a mislabelled JSON transcription reports are counted', () => {
  const usage = { input_tokens: 7, output_tokens: 3 };
  const reader = createAnswerReader({
    route: 'transcriptions',
    status: 200,
    contentType: 'text/plain',
  });
  reader.take(Buffer.from(JSON.stringify({ text: 'hi', usage })));
  expect(reader.end()).toMatchObject({ kind: 'answer' });
  expect(reader.usage).toMatchObject({ inputTokens: 7, outputTokens: 3 });
});
