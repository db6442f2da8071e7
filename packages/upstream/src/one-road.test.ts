import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { plainTransport, type UpstreamRequest, type UpstreamTarget } from '@api-monitor/core';
import { expect, onTestFinished, test } from 'vitest';
import { describeFault } from './answer/describe-fault.ts';
import { createUpstream, type Upstream } from './create-upstream.ts';

/** The outcome of one request, sent either way. */
interface Outcome {
  status: number | null;
  fault: string | null;
  body: string;
}

const probeRequest: UpstreamRequest = {
  method: 'POST',
  path: '/v1/x',
  headers: {},
  keyHeader: null,
  body: '{"a":1}',
};

async function probe(upstream: Upstream, target: UpstreamTarget): Promise<Outcome> {
  const exchange = await upstream.exchange(target, probeRequest, { timeoutMs: 2_000 });
  if (!exchange.answered) return { status: null, fault: exchange.message, body: '' };
  return { status: exchange.status, fault: exchange.cut, body: exchange.body };
}

function traffic(upstream: Upstream, target: UpstreamTarget): Promise<Outcome> {
  const outcome: Outcome = { status: null, fault: null, body: '' };
  const body = { pieces: [Buffer.from('{"a":1}')], hold: () => () => {} };
  const request = { ...probeRequest, headers: [], body };
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve({ ...outcome, fault: 'timed out after 2 s' }), 2_000);
    const end = (fault: Error | null) => {
      clearTimeout(late);
      resolve(fault ? { status: null, fault: describeFault(fault).message, body: '' } : outcome);
    };
    upstream.dispatch(target, request, {
      onHead(status) {
        outcome.status = status;
      },
      onBytes(bytes) {
        outcome.body += bytes.toString();
      },
      onEnd: () => end(null),
      onFault: (error) => end(error),
    });
  });
}

const roads = { probe, traffic };
type Road = keyof typeof roads;

/** Calls `answer` for each request; those of one connection are counted from 1. */
async function server(answer: (socket: Socket, request: number) => void) {
  const seen = { requests: 0, connections: 0 };
  const sockets: Socket[] = [];
  const listener = createServer((socket) => {
    seen.connections += 1;
    let requests = 0;
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', () => {
      seen.requests += 1;
      requests += 1;
      answer(socket, requests);
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    listener.close();
  });
  const address = listener.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { seen, baseUrl: `http://127.0.0.1:${port}` };
}

function upstreamForTest() {
  const upstream = createUpstream({ allowPrivate: 'on', via: '1.1 tester' });
  onTestFinished(() => upstream.close());
  return upstream;
}

const targetAt = (baseUrl: string, apiKey = 'sk-of-the-target'): UpstreamTarget => ({
  id: 1,
  baseUrl,
  apiKey,
  ...plainTransport,
});

/** A connection can carry the next request a moment after its answer. */
const untilFree = () => new Promise((resolve) => setTimeout(resolve, 20));

/** What probes and traffic make of the same answer. */
async function bothWays(answer: (socket: Socket) => void): Promise<Record<Road, Outcome>> {
  const { baseUrl } = await server(answer);
  const upstream = upstreamForTest();
  return {
    probe: await probe(upstream, targetAt(baseUrl)),
    traffic: await traffic(upstream, targetAt(baseUrl)),
  };
}

const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
const invalid = { status: null, fault: 'the answer is not valid HTTP', body: '' };
const cut = { ...invalid, fault: 'connection closed before the answer ended' };
const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked';

const answers: [string, string, Outcome][] = [
  ['a plain answer', ok, { status: 200, fault: null, body: 'ok' }],
  [
    'an unasked 100 Continue',
    `HTTP/1.1 100 Continue\r\n\r\n${ok}`,
    { status: 200, fault: null, body: 'ok' },
  ],
  [
    'other interim answers, and more of them',
    `HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${ok}`,
    { status: 200, fault: null, body: 'ok' },
  ],
  ['an unasked change of protocol', 'HTTP/1.1 101 Switching Protocols\r\n\r\n', invalid],
  [
    'two headers that say chunked',
    `${chunked}\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    invalid,
  ],
  ['chunked listed twice', `${chunked}, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`, invalid],
  [
    'a coding before chunks',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
    invalid,
  ],
  [
    'a length beside chunks',
    `${chunked}\r\ncontent-length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    invalid,
  ],
  [
    'chunks beside a length',
    `HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    invalid,
  ],
  ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nok', invalid],
  ['a length with a sign', 'HTTP/1.1 200 OK\r\ncontent-length: +2\r\n\r\nok', invalid],
  ['a 204 with a body', 'HTTP/1.1 204 No Content\r\ncontent-length: 2\r\n\r\nok', invalid],
  [
    'a 204 in chunks',
    'HTTP/1.1 204 No Content\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    invalid,
  ],
  ['a 205 with a body', 'HTTP/1.1 205 Reset Content\r\ncontent-length: 2\r\n\r\nok', invalid],
  [
    'a 205 without a length',
    'HTTP/1.1 205 Reset Content\r\n\r\n',
    { status: 205, fault: null, body: '' },
  ],
  ['a folded header', 'HTTP/1.1 200 OK\r\nx-a: b\r\n c\r\ncontent-length: 2\r\n\r\nok', invalid],
  [
    'a bare LF in a header',
    'HTTP/1.1 200 OK\r\nx-a: b\nx-b: c\r\ncontent-length: 2\r\n\r\nok',
    invalid,
  ],
  ['a chunk that is too long', `${chunked}\r\n\r\n2\r\nabc\r\n0\r\n\r\n`, invalid],
  ['bare LFs between chunks', `${chunked}\r\n\r\n2\nok\n0\n\n`, invalid],
  ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n\r\n', invalid],
  [
    'a chunk with an extension and a trailer',
    `${chunked}\r\n\r\n2;a=b\r\nok\r\n0\r\nx: y\r\n\r\n`,
    { status: 200, fault: null, body: 'ok' },
  ],
  [
    'headers of 24 KB',
    `HTTP/1.1 200 OK\r\nx-a: ${'b'.repeat(24_000)}\r\ncontent-length: 2\r\n\r\nok`,
    { status: 200, fault: null, body: 'ok' },
  ],
  [
    'headers of 40 KB',
    `HTTP/1.1 200 OK\r\nx-a: ${'b'.repeat(40_000)}\r\ncontent-length: 2\r\n\r\nok`,
    { ...invalid, fault: 'answer headers too large' },
  ],
];

test.each(answers)('probes and traffic agree on %s', async (_name, answer, wanted) => {
  const both = await bothWays((socket) => socket.write(Buffer.from(answer, 'latin1')));
  expect(both).toEqual({ probe: wanted, traffic: wanted });
});

test('an interim answer may come in pieces, and a body may look like one', async () => {
  const start = 'HTTP/1.1 100 Continue\r\n\r\n';
  const wanted = { status: 200, fault: null, body: start };
  const { baseUrl } = await server(async (socket) => {
    socket.setNoDelay();
    const head = `HTTP/1.1 200 OK\r\ncontent-length: ${start.length}\r\n\r\n`;
    for (const piece of [...(start.match(/.{1,5}/gs) ?? []), head, start]) {
      socket.write(piece);
      await untilFree();
    }
  });
  const upstream = upstreamForTest();
  for (const road of [probe, traffic, probe]) {
    expect(await road(upstream, targetAt(baseUrl))).toEqual(wanted);
    await untilFree();
  }
});

test.each(['probe', 'traffic'] as const)(
  '%s: an answer that breaks off in its head is not asked for again',
  async (road) => {
    const { seen, baseUrl } = await server((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-le'));
    expect(await roads[road](upstreamForTest(), targetAt(baseUrl))).toEqual(cut);
    expect(seen).toEqual({ requests: 1, connections: 1 });
  },
);

test.each(['probe', 'traffic'] as const)(
  '%s: a key that no header can hold is never sent',
  async (road) => {
    const { seen, baseUrl } = await server((socket) => socket.write(ok));
    const outcome = await roads[road](upstreamForTest(), targetAt(baseUrl, 'sk-\r\nx-injected: 1'));
    expect(outcome.fault).toBe('the API key contains characters that no header can hold');
    expect(seen.requests).toBe(0);
  },
);

test.each(['probe', 'traffic'] as const)(
  '%s: a kept connection that breaks at once is replaced by a new one',
  async (road) => {
    const { seen, baseUrl } = await server((socket, request) =>
      request === 1 ? socket.write(ok) : socket.destroy(),
    );
    const upstream = upstreamForTest();
    for (let round = 0; round < 3; round += 1) {
      expect((await roads[road](upstream, targetAt(baseUrl))).body).toBe('ok');
      await untilFree();
    }
    expect(seen).toEqual({ requests: 4, connections: 3 });
  },
);

test.each(['probe', 'traffic'] as const)(
  '%s: a kept connection that breaks after a while is a failure, not sent again',
  async (road) => {
    const { seen, baseUrl } = await server((socket, request) => {
      if (request === 1) socket.write(ok);
      else setTimeout(() => socket.destroy(), 1_200);
    });
    const upstream = upstreamForTest();
    const target = targetAt(baseUrl);
    expect((await roads[road](upstream, target)).body).toBe('ok');
    await untilFree();
    expect((await roads[road](upstream, target)).fault).toBe(cut.fault);
    expect(seen.requests).toBe(2);
  },
);

test('only a fault before the request was sent leaves its channel unreached', async () => {
  const { baseUrl: resetting } = await server((socket) => socket.resetAndDestroy());
  const faultAt = (target: UpstreamTarget) =>
    new Promise((resolve) => {
      const body = { pieces: [Buffer.from('{}')], hold: () => () => {} };
      const nothing = { onHead() {}, onBytes() {}, onEnd: () => resolve(null) };
      const onFault = (error: Error) => resolve(describeFault(error));
      const request = { ...probeRequest, headers: [], body };
      upstreamForTest().dispatch(target, request, { ...nothing, onFault });
    });
  const { baseUrl: plain } = await server((socket) => socket.end('not TLS'));
  const unreached = {
    'http://127.0.0.1:1': 'connection refused',
    'http://name.invalid': 'host name not found',
    [plain.replace('http:', 'https:')]: 'TLS handshake failed',
  };
  for (const [baseUrl, message] of Object.entries(unreached)) {
    expect(await faultAt(targetAt(baseUrl))).toMatchObject({ message, isUnreached: true });
  }
  for (const target of [targetAt(resetting), targetAt(resetting, 'sk-\r\n')]) {
    expect(await faultAt(target)).toMatchObject({ isUnreached: false });
  }
});
