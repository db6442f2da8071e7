import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import {
  brotliCompressSync,
  constants,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listen } from '../../../test/open-test-gateway.ts';
import { BodyBudget, readRequestBody } from './read-request-body.ts';

const limitBytes = 1024 ** 2;
const budgetBytes = 4 * limitBytes;
let budget = new BodyBudget(budgetBytes);
let port = 0;

/** Answers with what became of the body, or with the body. */
const server = createServer(async (request, response) => {
  const body = await readRequestBody(request, { limitBytes, budget });
  if (body.kind !== 'whole') return void response.end(`[${body.kind}]`);
  response.end(Buffer.from(body.heldBody.bytes));
  body.heldBody.release();
});

beforeAll(async () => {
  port = await listen(server);
});
afterAll(() => void server.close());

/** `pieces`: how many writes the body takes. */
async function send(body: Buffer, coding?: string | string[], pieces = 1): Promise<string> {
  const sent = httpRequest({ port, method: 'POST', agent: false });
  if (coding !== undefined) sent.setHeader('content-encoding', coding);
  const answer = once(sent, 'response');
  const size = Math.max(1, Math.ceil(body.length / pieces));
  for (let at = 0; at < body.length; at += size) {
    sent.write(body.subarray(at, at + size));
    if (pieces > 1) await new Promise((resolve) => setImmediate(resolve));
  }
  sent.end();
  const [response] = await answer;
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const text = JSON.stringify({ model: 'm', input: 'Grüße, 世界! '.repeat(5_000) });

const packs = {
  gzip: gzipSync,
  'x-gzip': gzipSync,
  GZip: gzipSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
  deflate: deflateSync,
  identity: (bytes: Buffer) => bytes,
} as const;

test.each(Object.entries(packs))('a body in %s is decompressed', async (coding, pack) => {
  const bytes = pack(Buffer.from(text));
  expect(await send(bytes, coding)).toBe(text);
  expect(await send(bytes, coding, 50)).toBe(text);
});

test('a bare deflate stream is read like one in zlib’s format', async () => {
  expect(await send(deflateRawSync(text), 'deflate')).toBe(text);
});

test.each(['gzip', 'br', 'zstd', 'deflate'])('a broken body in %s is refused', async (coding) => {
  const bytes = packs[coding as 'gzip'](Buffer.from(text));
  expect(await send(Buffer.from(text), coding)).toBe('[bad_coding]');
  expect(await send(bytes.subarray(0, bytes.length / 2), coding)).toBe('[bad_coding]');
  expect(await send(Buffer.alloc(0), coding)).toBe('[bad_coding]');
});

test.each(['compress', 'gzip, br', 'br, gzip', 'gzip,', 'constructor'])(
  '%j is no coding that the gateway reads',
  async (coding) => {
    expect(await send(gzipSync(text), coding)).toBe('[unknown_coding]');
  },
);

test('two headers name two codings', async () => {
  expect(await send(gzipSync(text), ['gzip', 'gzip'])).toBe('[unknown_coding]');
});

test.each(['gzip', 'br', 'zstd', 'deflate'])(
  'a bomb in %s is too large, and takes no memory afterwards',
  async (coding) => {
    budget = new BodyBudget(budgetBytes);
    const bomb = packs[coding as 'gzip'](Buffer.alloc(20 * limitBytes));
    expect(bomb.length).toBeLessThan(limitBytes);
    expect(await send(bomb, coding)).toBe('[too_large]');
    expect(budget.take(budgetBytes)).toBe(true);
    budget = new BodyBudget(budgetBytes);
  },
);

test('an endless upload that decompresses to nothing is too large', async () => {
  const member = gzipSync('');
  const members = Buffer.concat(Array.from({ length: 60_000 }, () => member));
  expect(members.length).toBeGreaterThan(limitBytes);
  expect(await send(members, 'gzip')).toBe('[too_large]');
});

test('gzip may have several members', async () => {
  const halves = [gzipSync(text.slice(0, 99)), gzipSync(text.slice(99))];
  expect(await send(Buffer.concat(halves), 'gzip')).toBe(text);
});

test.each(['gzip', 'br', 'zstd', 'deflate'])(
  'what follows the end of %s isn’t dropped in silence',
  async (coding) => {
    const bytes = packs[coding as 'gzip'](Buffer.from(text));
    const more = Buffer.concat([bytes, Buffer.from('more')]);
    expect(await send(more, coding)).toBe('[bad_coding]');
    expect(await send(more, coding, 50)).toBe('[bad_coding]');
  },
);

test('a body that needs a window over 8 MB is refused', async () => {
  const params = { [constants.ZSTD_c_windowLog]: 27, [constants.ZSTD_c_contentSizeFlag]: 0 };
  const bytes = zstdCompressSync(Buffer.from(text), { params });
  const large = Buffer.from(bytes);
  // The frame's window descriptor: https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1.1.2
  large[5] = 27 << 3;
  expect(await send(large, 'zstd')).toBe('[bad_coding]');
});

test('a body over the budget has no room, decompressed or not', async () => {
  budget = new BodyBudget(1000);
  expect(await send(gzipSync(text), 'gzip')).toBe('[no_room]');
  expect(await send(Buffer.from(text))).toBe('[no_room]');
  budget = new BodyBudget(budgetBytes);
});
