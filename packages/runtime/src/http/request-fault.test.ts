import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { serveHttp } from './serve-http.ts';

/** What a server that answers every request with its URL says to these bytes, until it is silent. */
async function say(text: string, refuse?: Parameters<typeof serveHttp>[0]['refuse']) {
  const server = await serveHttp({
    port: 0,
    host: '127.0.0.1',
    refuse,
    listener: (request, response) => void response.end(`served ${request.url}`),
  });
  onTestFinished(() => server.close(0));
  const socket = connect(server.port, '127.0.0.1');
  let answer = '';
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    answer += bytes;
  });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  // The last request closes the connection, unless a bad one has.
  socket.write(`${text}GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  await closed;
  return answer;
}

const faults = [
  ['two hosts', 'Host: a\r\nHost: b\r\n', 'more than one Host'],
  ['one host twice', 'Host: a\r\nhost: a\r\n', 'more than one Host'],
  ['no host', '', 'no Host'],
  ['another coding', 'Host: a\r\nTransfer-Encoding: gzip, chunked\r\n', 'Transfer-Encoding'],
];

test.each(faults)(
  '%s is a 400 that says so, and ends the connection',
  async (_, headers, sentence) => {
    const answer = await say(`POST /bad HTTP/1.1\r\n${headers}\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toMatch(/connection: close/i);
    expect(answer).toContain('{"detail":"');
    expect(answer).toContain(sentence);
    expect(answer).not.toContain('served');
  },
);

test('a service may refuse in its own format', async () => {
  const answer = await say('GET / HTTP/1.1\r\n\r\n', (_request, response, fault) => {
    response.end(`no: ${fault}`);
    return true;
  });
  expect(answer).toContain('no: the request has no Host header');
});

test('an HTTP/1.0 client needs no host', async () => {
  expect(await say('GET /old HTTP/1.0\r\n\r\n')).toContain('served /old');
});
