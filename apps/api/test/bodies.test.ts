import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { serveApi } from '../src/serve-api.ts';
import { adminToken, openTestApi, sessionCookie } from './open-test-api.ts';

/** The api on a port, where unknown callers have 300 ms for a body, and a raw connection to it. */
async function start() {
  const { api } = await openTestApi();
  const unknownCallers = { total: 100, perAddress: 100, bodyMs: 300, silenceMs: 60_000 };
  const server = await serveApi(api, { port: 0, host: '127.0.0.1' }, { unknownCallers });
  onTestFinished(() => server.close(0));
  const socket = connect(server.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let text = '';
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    text += bytes;
  });
  const until = async (wanted: string) => {
    while (!text.includes(wanted)) await once(socket, 'data');
    return text;
  };
  const post = (path: string, headers: string) =>
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${headers}\r\n`,
    );
  return { socket, post, until };
}

const chunked = 'Transfer-Encoding: chunked\r\n';
const authorized = `Authorization: Bearer ${adminToken}\r\n`;
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

test.each([chunked, 'Content-Length: 300000\r\n'])(
  'an unknown caller is refused before its body has arrived (%s), and the connection stays usable',
  async (framing) => {
    const { socket, post, until } = await start();
    post('/api/targets', framing);
    expect(await until('a token is needed')).toMatch(/^HTTP\/1\.1 401 /);
    socket.write(
      framing === chunked ? `${chunk('x'.repeat(300_000))}0\r\n\r\n` : 'x'.repeat(300_000),
    );
    socket.write('GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n');
    await until('running_targets');
  },
);

test('a login that trickles in is aborted, while a known caller has time for its body', async () => {
  const unknown = await start();
  const known = await start();
  unknown.post('/api/admin/login', chunked);
  known.post('/api/targets', authorized + chunked);
  await unknown.until('HTTP/1.1 408 ');
  known.socket.write(`${chunk('{}')}0\r\n\r\n`);
  expect(await known.until('is required')).toMatch(/^HTTP\/1\.1 400 /);
});

test.each([
  ['/api/admin/login', 'Content-Length: 16385\r\n', '16 KiB'],
  ['/api/admin/login', chunked, '16 KiB'],
  ['/api/targets', `${authorized}Content-Length: 1048577\r\n`, '1 MiB'],
  ['/api/targets', authorized + chunked, '1 MiB'],
])('%s limits its body (%s)', async (path, headers, limit) => {
  const { socket, post, until } = await start();
  post(path, headers);
  // 17 KiB for a login, 1.1 MiB for the others, without an end.
  const size = limit === '1 MiB' ? 1_200_000 : 17_000;
  socket.write(headers.includes('chunked') ? chunk('x'.repeat(size)) : 'x'.repeat(size - 1_000));
  const text = await until('must not exceed');
  expect(text).toMatch(/^HTTP\/1\.1 413 [\s\S]*connection: close/i);
  expect(text).toContain(limit);
});

test.each([chunked, `Content-Length: ${40 * 1024 ** 2}\r\n`])(
  'a file that is too large to import is a 413, and its connection is closed (%s)',
  async (framing) => {
    const { socket, post, until } = await start();
    post('/api/admin/channels/import', `Cookie: ${sessionCookie}\r\n${framing}`);
    const mebibyte = 'x'.repeat(1024 ** 2);
    for (let sent = 0; sent < 40; sent += 1) {
      socket.write(framing === chunked ? chunk(mebibyte) : mebibyte);
    }
    if (framing === chunked) socket.write('0\r\n\r\n');
    const closed = once(socket, 'close');
    expect(await until('must not exceed')).toMatch(/^HTTP\/1\.1 413 [\s\S]*connection: close/i);
    await closed;
  },
);
