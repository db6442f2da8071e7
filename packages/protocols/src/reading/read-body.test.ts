import type { Route } from '@api-monitor/core';
import { cpuMsOf } from '@api-monitor/core/test/pace';
import { describe, expect, test } from 'vitest';
import { protocolFor } from '../codecs/protocol-for.ts';
import { readBody } from './read-body.ts';

const read = (route: Route, body: unknown, status = 200) =>
  readBody(protocolFor(route), status, typeof body === 'string' ? body : JSON.stringify(body));

const chat = (message: unknown, finish = 'stop') => ({
  choices: [{ message, finish_reason: finish }],
});

describe('text is read from', () => {
  test.each<[string, Route, unknown, string]>([
    ['a string', 'chat', chat({ content: 'hi' }), 'hi'],
    [
      'an array of parts',
      'chat',
      chat({ content: [{ type: 'text', text: 'a' }, { text: 'b' }] }),
      'ab',
    ],
    ['reasoning if the content is blank', 'chat', chat({ content: ' ', reasoning: 'r' }), 'r'],
    ['a refusal', 'chat', chat({ content: null, refusal: 'no' }), 'no'],
    ['a legacy completion', 'chat', { choices: [{ text: 'old' }] }, 'old'],
    ['the first output_text', 'responses', output('one', 'two'), 'one'],
    ['a text block after a thought', 'anthropic', blocks('mine'), 'mine'],
    ["a part that isn't a thought", 'gemini', parts('seen'), 'seen'],
    [
      'an embedding',
      'embeddings',
      { data: [{ embedding: [1, 2, 3] }] },
      'embedding of 3 dimensions',
    ],
    ['a byte order mark before it', 'chat', `\uFEFF${JSON.stringify(chat({ content: 'x' }))}`, 'x'],
    ['an array of events', 'gemini', [parts('a'), parts('b')], 'ab'],
    [
      'a stream that was not requested',
      'chat',
      `data: ${JSON.stringify(chat({ content: 's' }))}\n`,
      's',
    ],
  ])('%s', (_, route, body, text) => {
    expect(read(route, body)).toMatchObject({ kind: 'answer', answer: { text } });
  });
});

function output(...texts: string[]) {
  return { output: [{ content: texts.map((text) => ({ type: 'output_text', text })) }] };
}
function blocks(text: string) {
  return {
    type: 'message',
    content: [
      { type: 'thinking', thinking: 't' },
      { type: 'text', text },
    ],
  };
}
function parts(text: string) {
  return { candidates: [{ content: { parts: [{ text: 't', thought: true }, { text }] } }] };
}

describe('an error within a 200 is', () => {
  test.each<[string, unknown, object]>([
    [
      'an object',
      { error: { message: 'm', type: 't', code: 'c' } },
      { message: 'm', type: 't', code: 'c' },
    ],
    ['a string', { error: 'broken' }, { message: 'broken' }],
    ['success: false', { success: false, message: 'm' }, { message: 'm' }],
    ['a code', { code: 1001, message: 'm' }, { message: 'm', code: '1001' }],
    [
      'type: error',
      { type: 'error', error: { type: 'overloaded_error', message: 'm' } },
      { message: 'm', type: 'overloaded_error' },
    ],
    [
      'a failed response',
      { status: 'failed', error: { code: 'server_error', message: 'm' } },
      { message: 'm' },
    ],
    [
      'wrapped in an array',
      [{ error: { code: 429, message: 'm', status: 'RESOURCE_EXHAUSTED' } }],
      { code: '429', type: 'RESOURCE_EXHAUSTED' },
    ],
    [
      'an event',
      'event: error\ndata: {"type":"error","error":{"message":"m"}}\n\n',
      { message: 'm' },
    ],
    ['an event of plain text', 'event: error\ndata: went wrong\n\n', { message: 'went wrong' }],
    [
      'an event behind text',
      `data: ${JSON.stringify(chat({ content: 'x' }))}\n\ndata: {"error":"late"}\n\n`,
      { message: 'late' },
    ],
  ])('%s', (_, body, error) => {
    expect(read('chat', body)).toMatchObject({ kind: 'error', error });
  });

  test.each([
    ['null', { error: null, ...chat({ content: 'x' }) }],
    [
      'an object of empty fields',
      { error: { message: '', code: null }, ...chat({ content: 'x' }) },
    ],
    ['a code of 0', { code: 0, message: 'ok', ...chat({ content: 'x' }) }],
    ['a code of 200', { code: '200', message: 'ok', ...chat({ content: 'x' }) }],
    ['success: true', { success: true, message: 'fine', ...chat({ content: 'x' }) }],
  ])('not %s', (_, body) => {
    expect(read('chat', body)).toMatchObject({ kind: 'answer', answer: { text: 'x' } });
  });
});

describe('the message of an error status is read from', () => {
  test.each([
    ["OpenAI's object", { error: { message: 'm' } }, 'm'],
    ['a string', { error: 'm' }, 'm'],
    ['a bare message', { message: 'm' }, 'm'],
    ['a detail', { detail: 'm' }, 'm'],
    ['validation errors', { detail: [{ msg: 'a' }, { msg: 'b' }] }, 'a; b'],
    ['an array', [{ error: { message: 'm' } }], 'm'],
    ['an event', 'data: {"error":{"message":"m"}}\n\n', 'm'],
    ["a page's title", '<!doctype html><title> Just a moment… </title><p>x', 'Just a moment…'],
    [
      "a page's text",
      '<html><style>a{}</style><body>Bad <b>gateway</b></body></html>',
      'Bad  gateway',
    ],
    ['plain text', 'nope\n', 'nope'],
  ])('%s', (_, body, message) => {
    expect(read('chat', body, 500)).toMatchObject({ kind: 'error', error: { message } });
  });
});

describe("a body that isn't an answer is", () => {
  test.each([
    ['empty', ' \n', 'empty'],
    ['a page', '<!DOCTYPE html><html></html>', 'html'],
    ['cut JSON', '{"choices":[{"mess', 'not_json'],
    ['an event stream of garbage', 'data: <oops>\n\n', 'not_json'],
    [
      'a stream without its end',
      'data: {"choices":[{"delta":{"content":"a"}}]}\n\n',
      'broken_stream',
    ],
  ])('%s', (_, body, fault) => {
    expect(read('chat', body)).toMatchObject({ kind: 'unreadable', fault });
  });
});

test.each(['[', '{"error":', '{"a":'])('extreme nesting (%s) neither throws nor hangs', (open) => {
  const close = open === '[' ? ']' : '}';
  const body = `${open.repeat(200_000)}${open === '[' ? '' : '1'}${close.repeat(200_000)}`;
  for (const status of [200, 500]) {
    expect(['answer', 'error', 'unreadable']).toContain(read('chat', body, status).kind);
  }
});

describe('a hostile body four times as long takes about four times as long to read:', () => {
  const mebibyte = 1024 * 1024;
  const fill = (text: string) => (bytes: number) => text.repeat(Math.floor(bytes / text.length));
  const callOf = (index: number) =>
    `data: ${JSON.stringify({ choices: [{ delta: { tool_calls: [{ index, function: { name: 'f' } }] } }] })}\n\n`;
  const calls = (bytes: number) =>
    Array.from({ length: bytes / 100 }, (_, index) => callOf(index)).join('');

  /** The best of three, so that a busy machine matters little. */
  const readingMs = (body: string) => {
    const work = () => [200, 404].map((status) => read('chat', body, status));
    return Math.min(...[1, 2, 3].map(() => cpuMsOf(work)));
  };

  test.each([
    ['tiny events', fill('data:1\n\n')],
    ['one event of many lines', fill('data:\n')],
    ['a call in every event', calls],
    ['tags that never close', (bytes: number) => `<html>${fill('<script')(bytes)}`],
    ['titles that never close', fill('<title ')],
    ['an array of empty objects', (bytes: number) => `[${fill('{},')(bytes)}{}]`],
  ])('%s', (_, bodyOf) => {
    const shortMs = readingMs(bodyOf(mebibyte / 2));
    const longMs = readingMs(bodyOf(2 * mebibyte));
    // It would be sixteen times if it were quadratic. Very short times say nothing.
    expect(longMs).toBeLessThan(10 * Math.max(shortMs, 10));
  });
});

test('a response in the background is accepted, though it has no output yet', () => {
  const queued = { id: 'resp_1', object: 'response', status: 'queued', output: [] };
  const reading = read('responses', queued);
  expect(reading).toMatchObject({ kind: 'answer', answer: { isAccepted: true } });
});
