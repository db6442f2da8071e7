import { correctRequest, firstFormOf, judgeProbe } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { readErrorBody } from '../src/reading/read-body.ts';

/** Pieces that patterns begin to match again and again. */
const pieces = [
  ...[
    'max',
    'max_tokens ',
    "'a ",
    '"',
    '<',
    '<title',
    '<script',
    '/v1',
    'a/v1/',
    'stream ',
    '余额',
  ],
  ...[
    'effort',
    'model ',
    'quota',
    'key ',
    'only ',
    'use the x',
    'temperature ',
    'error',
    'a_',
    '1',
  ],
];

function msToRead(text: string): number {
  const begun = performance.now();
  const error = readErrorBody(text);
  const reading = { kind: 'error', error, streamed: false } as const;
  const answered = { answered: true, status: 400, headers: {}, body: text, cut: null } as const;
  const exchange = { ...answered, firstByteS: 0, durationS: 0 };
  judgeProbe(exchange, reading);
  for (const route of ['chat', 'responses', 'gemini'] as const) {
    correctRequest([{ form: { ...firstFormOf(route), effort: 'none' }, exchange, reading }]);
  }
  return performance.now() - begun;
}

const writers: Record<string, (text: string) => string> = {
  param: (param) => JSON.stringify({ error: { message: 'no', param } }),
  code: (code) => JSON.stringify({ error: { message: 'no', code } }),
  type: (type) => JSON.stringify({ error: { message: 'no', type } }),
  message: (message) => JSON.stringify({ error: { message } }),
  location: (step) => JSON.stringify({ detail: [{ msg: 'no', loc: ['body', step] }] }),
  page: (text) => `<html>${text}`,
  text: (text) => text,
};

test.each(Object.entries(writers))('a hostile %s is read at once', (_, write) => {
  for (const piece of pieces) {
    const short = msToRead(write(piece.repeat(30_000 / piece.length)));
    const long = msToRead(write(piece.repeat(120_000 / piece.length)));
    // Four times as long; if the time grew with its square, this would be 16.
    expect(long, piece).toBeLessThan(100 + short * 8);
  }
});
