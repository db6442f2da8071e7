import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, type RequestListener, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import type { UnknownCallerLimits } from './callers.ts';
import { forwardTo, peerHeader } from './forward.ts';
import { serveHttp } from './serve-http.ts';

/** A server at a path, and one on a port that forwards to it. */
async function behindFor(listener: RequestListener, unknownCallers?: UnknownCallerLimits) {
  const folder = await mkdtemp(join(tmpdir(), 'forward-'));
  const path = join(folder, 'behind.sock');
  const behind = await serveHttp({ path, listener });
  const front = await serveHttp({
    port: 0,
    host: '127.0.0.1',
    listener: forwardTo(path),
    ...(unknownCallers && { unknownCallers }),
  });
  onTestFinished(async () => {
    await front.close(0);
    await behind.close(0);
    await rm(folder, { recursive: true });
  });
  return { front, behind, origin: `http://127.0.0.1:${front.port}` };
}

test('a request is forwarded unchanged with its peer, and the answer comes back unchanged', async () => {
  const seen: { request?: IncomingMessage; body?: string } = {};
  const { origin } = await behindFor(async (incoming, response) => {
    seen.request = incoming;
    seen.body = Buffer.concat(await incoming.toArray()).toString();
    response.writeHead(201, { 'x-answer': 'yes', 'set-cookie': ['a=1', 'b=2'] }).end('made');
  });
  const answer = await fetch(`${origin}/api/x?y=%2F`, {
    method: 'POST',
    headers: { 'x-asked': 'yes', [peerHeader]: '203.0.113.9' },
    body: 'what is sent',
  });
  expect(answer.status).toBe(201);
  expect(await answer.text()).toBe('made');
  expect(answer.headers.get('x-answer')).toBe('yes');
  expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect(seen.request).toMatchObject({ method: 'POST', url: '/api/x?y=%2F' });
  expect(seen.request?.headers).toMatchObject({ 'x-asked': 'yes', [peerHeader]: '127.0.0.1' });
  expect(seen.body).toBe('what is sent');
});

test('a chunked body is forwarded, and the answer to a HEAD has no body', async () => {
  const bodies: string[] = [];
  const { front, origin } = await behindFor(async (incoming, response) => {
    bodies.push(Buffer.concat(await incoming.toArray()).toString());
    response.writeHead(200, { 'content-length': 5 }).end('12345');
  });
  const sent = request({ port: front.port, host: '127.0.0.1', method: 'PUT' });
  sent.write('a');
  sent.end('b');
  const [answer] = await once(sent, 'response');
  answer.resume();
  const head = await fetch(origin, { method: 'HEAD' });
  expect(head.headers.get('content-length')).toBe('5');
  expect(bodies).toEqual(['ab', '']);
});

test('a stream arrives while it is written, and ends when the client leaves', async () => {
  const left = Promise.withResolvers<void>();
  const { origin } = await behindFor((_incoming, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    response.on('close', left.resolve);
    setImmediate(() => response.write('data: 1\n\n'));
  });
  const leaving = new AbortController();
  const answer = await fetch(origin, { signal: leaving.signal });
  const reader = answer.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  expect(Buffer.from(value ?? []).toString()).toBe('data: 1\n\n');
  leaving.abort();
  await left.promise;
});

test('an answer that breaks off breaks off for the client too, and a closed server gives a 502', async () => {
  const { origin, behind } = await behindFor((_incoming, response) => {
    response.writeHead(200, { 'content-length': 10 });
    response.write('half');
    setImmediate(() => response.destroy());
  });
  await expect(fetch(origin).then((answer) => answer.text())).rejects.toThrow();
  await behind.close(0);
  const answer = await fetch(origin);
  expect(answer.status).toBe(502);
  expect(await answer.json()).toEqual({ detail: 'the monitor does not answer' });
});

test('an early answer arrives at once, with its Connection: close', async () => {
  const { origin } = await behindFor((_incoming, response) => {
    response.writeHead(413, { connection: 'close' }).end('too large');
  });
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await pause(5);
      controller.enqueue(new Uint8Array(10_000));
    },
  });
  // Its body has no end: only an early answer ends the request.
  const answer = await fetch(origin, { method: 'POST', body, duplex: 'half' });
  expect([answer.status, answer.headers.get('connection')]).toEqual([413, 'close']);
  expect(await answer.text()).toBe('too large');
});

test('a caller that the inner server knows has time for its body, and an unknown one has little', async () => {
  const unknownCallers = { total: 9, perAddress: 9, bodyMs: 100, silenceMs: 10_000 };
  const { front } = await behindFor(async (incoming, response) => {
    if (incoming.headers['x-key']) response.writeProcessing();
    const body = await incoming.toArray().catch(() => []);
    response.end(`got ${Buffer.concat(body).length}`);
  }, unknownCallers);
  const begin = (headers: string) => {
    const socket = connect(front.port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    const state = { text: '', isClosed: false };
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      state.text += bytes;
    });
    socket.on('close', () => {
      state.isClosed = true;
    });
    socket.write(`POST / HTTP/1.1\r\nHost: x\r\n${headers}Content-Length: 5\r\n\r\nhal`);
    return { socket, state };
  };
  const known = begin('X-Key: yes\r\n');
  const unknown = begin('');
  await expect.poll(() => unknown.state.isClosed).toBe(true);
  expect(unknown.state.text).toMatch(/^HTTP\/1\.1 408 /);
  known.socket.write('ve');
  await expect.poll(() => known.state.text).toContain('got 5');
  expect(known.state.text).not.toContain('102');
});

/** A server in a thread that is busy for half a second and lets two connections wait. */
const busyServer = `
  const { createServer } = require('node:http');
  const { parentPort, workerData } = require('node:worker_threads');
  const server = createServer((request, response) => request.pipe(response));
  server.listen({ path: workerData, backlog: 1 }, () => {
    parentPort.postMessage('listening');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  });`;

test('requests wait while the inner server is busy', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'forward-'));
  const path = join(folder, 'busy.sock');
  const behind = new Worker(busyServer, { eval: true, workerData: path });
  const front = await serveHttp({ port: 0, host: '127.0.0.1', listener: forwardTo(path) });
  onTestFinished(async () => {
    await front.close(0);
    await behind.terminate();
    await rm(folder, { recursive: true });
  });
  await once(behind, 'message');
  const asked = Array.from({ length: 20 }, async (_, n) => {
    const answer = await fetch(`http://127.0.0.1:${front.port}`, { method: 'POST', body: `${n}` });
    return [answer.status, await answer.text()];
  });
  expect(await Promise.all(asked)).toEqual(asked.map((_, n) => [200, `${n}`]));
});

test('after a request that is rejected early, the connection serves the next one', async () => {
  const { front } = await behindFor((incoming, response) => {
    if (incoming.method === 'POST') response.writeHead(401).end('who are you?');
    else response.end('served');
  });
  const socket = connect(front.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes;
  });
  const until = async (wanted: string) => {
    while (!text.includes(wanted)) await once(socket, 'data');
  };
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n');
  socket.write('x'.repeat(1_000_000));
  await until('who are you?');
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await until('served');
});

test('an HTTP/1.0 client without a Host header is served', async () => {
  const { front } = await behindFor((_incoming, response) => void response.end('served'));
  const socket = connect(front.port, '127.0.0.1');
  socket.write('GET / HTTP/1.0\r\n\r\n');
  expect(Buffer.concat(await socket.toArray()).toString()).toMatch(
    /^HTTP\/1\.1 200 [\s\S]*served$/,
  );
});

// Every server on the way must read these alike. Otherwise one takes a part of a request for the next one.
const inner = 'GET /inner HTTP/1.1\r\nHost: x\r\n\r\n';
const lastChunk = '0\r\n\r\n';
const all = `${lastChunk.length + inner.length}`;
const lengths = [
  '',
  all,
  '5',
  '0',
  '5\r\nContent-Length: 6',
  '5, 5',
  '+5',
  '0x5',
  '-1',
  '\t5',
  '5 ',
];
const codings = [
  ...['', 'chunked', 'identity', 'chunked, identity', 'identity, chunked', 'xchunked', '"chunked"'],
  ...[
    '\tchunked',
    '\n chunked',
    'chunked\r\nTransfer-Encoding: identity',
    'gzip, chunked',
    'chunked ',
  ],
];
const oddities = ['', 'Transfer-Encoding : chunked\r\n', 'Transfer_Encoding: chunked\r\n'];

test('both servers see the same requests, in any framing', async () => {
  const seen: string[] = [];
  const { front } = await behindFor(async (incoming, response) => {
    const { length } = Buffer.concat(await incoming.toArray());
    seen.push(`${incoming.url} ${length}`);
    response.end('served');
  });
  const outcomes = new Map<string, string>();
  for (const length of lengths) {
    for (const coding of codings) {
      for (const oddity of oddities) {
        seen.length = 0;
        const head = [
          ...['POST /outer HTTP/1.1\r\nHost: x\r\n', oddity],
          length && `Content-Length: ${length}\r\n`,
          coding && `Transfer-Encoding: ${coding}\r\n`,
        ].join('');
        const socket = connect(front.port, '127.0.0.1');
        let answers = '';
        socket.on('error', () => {});
        socket.on('data', (bytes) => {
          answers += bytes;
        });
        const closed = new Promise((resolve) => socket.once('close', resolve));
        const last = 'GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
        socket.write(`${head}\r\n${lastChunk}${inner}${last}`);
        await closed;
        outcomes.set(
          head,
          `${seen.sort().join(', ')}: ${answers.match(/HTTP\/1\.1 \d+/g)?.join(', ')}`,
        );
      }
    }
  }
  const ok = 'HTTP/1.1 200';
  expect(new Set(outcomes.values())).toEqual(
    new Set([
      ': HTTP/1.1 400',
      // The longest body contains the inner request; others end before it.
      `/last 0, /outer ${all}: ${ok}, ${ok}`,
      `/inner 0, /last 0, /outer 5: ${ok}, ${ok}, ${ok}`,
      `/inner 0, /last 0, /outer 0: ${ok}, ${ok}, ${ok}`,
    ]),
  );
  for (const [head, outcome] of outcomes) {
    const isDouble = /^Content-Length:/im.test(head) && /^Transfer-Encoding/im.test(head);
    if (isDouble) expect(outcome, head).toBe(': HTTP/1.1 400');
  }
});
