import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { inputTokensOf } from './input-tokens.ts';

const megabytes = (count: number) => randomBytes(count * 750_000);
const picture = megabytes(4).toString('base64');
const dataUrl = `data:image/png;base64,${picture}`;

const bodyWith = (part: object) =>
  Buffer.from(JSON.stringify({ model: 'm', messages: [{ role: 'user', content: [part] }] }));

test.each([
  ['a data URL', { image_url: { url: dataUrl } }],
  ['bare base64', { source: { type: 'base64', media_type: 'image/png', data: picture } }],
  ['base64url', { inlineData: { data: megabytes(4).toString('base64url') } }],
  ['base64 in lines', { data: picture.replace(/.{76}/g, '$&\r\n') }],
])('encoded data counts as 1,500 tokens, however long it is: %s', (_, part) => {
  expect(inputTokensOf(bodyWith(part))).toBeGreaterThanOrEqual(1_500);
  expect(inputTokensOf(bodyWith(part))).toBeLessThan(1_600);
});

test('slashes may be escaped, as PHP does', () => {
  const body = bodyWith({ data: picture }).toString().replaceAll('/', '\\/');
  expect(inputTokensOf(Buffer.from(body))).toBeLessThan(1_600);
});

test('each piece of encoded data counts, and the rest counts by its bytes', () => {
  const body = Buffer.from(JSON.stringify([picture, 'a b '.repeat(1_000), picture]));
  expect(inputTokensOf(body)).toBe(3_000 + Math.ceil(4_010 / 4));
});

test.each([
  ['words', 'some words that are long enough '.repeat(200_000)],
  ['a script without spaces', '没有空格的文字'.repeat(100_000)],
  ['code without spaces', 'a(b){return[c,d];}'.repeat(100_000)],
  ['words behind the start of a data URL', `data:image/png;base64,${'some words '.repeat(9_000)}`],
  ['base64 that is short', picture.slice(0, 4_000)],
])('%s count by their bytes', (_, text) => {
  const body = bodyWith({ text });
  expect(inputTokensOf(body)).toBe(Math.ceil(body.length / 4));
});

test('a body that is cut off counts by its bytes', () => {
  expect(inputTokensOf(Buffer.from(`{"a": "${picture}`))).toBe(Math.ceil((picture.length + 7) / 4));
});

test.each(['"",', '"ab",', `"${'A'.repeat(7_000)}",`, '[', '"data:'])(
  'a large body made of %.9s is read quickly',
  (piece) => {
    const body = Buffer.from(`{${piece.repeat(Math.floor(10_000_000 / piece.length))}`);
    const before = process.threadCpuUsage();
    inputTokensOf(body);
    // This thread's own time: other programs on the machine don't count.
    expect(process.threadCpuUsage(before).user / 1_000).toBeLessThan(1_000);
  },
);
