import { type RequestListener, request as requestOf } from 'node:http';
import { BlockList, connect, Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { recogniseCaller, UnknownCallers, type Visit } from './callers.ts';
import { serveHttp } from './serve-http.ts';

/** Knows every caller that sends a key. Answers a body with its length, and never answers `/hangs`. */
const listener: RequestListener = async (request, response) => {
  if (request.headers['x-key']) recogniseCaller(request);
  if (request.url === '/hangs') return;
  let length = 0;
  request.on('data', (chunk) => {
    length += chunk.length;
  });
  request.on('end', () => response.end(`got ${length}`));
  request.on('error', () => {});
};

const generous = { total: 100, perAddress: 100, bodyMs: 10_000, silenceMs: 10_000 };

async function open(limits: Partial<typeof generous> = {}) {
  const trustedProxies = new BlockList();
  trustedProxies.addAddress('127.0.0.2');
  let heard = 0;
  const server = await serveHttp({
    port: 0,
    host: '127.0.0.1',
    listener(request, response) {
      heard += 1;
      listener(request, response);
    },
    unknownCallers: { ...generous, ...limits },
    trustedProxies,
  });
  onTestFinished(() => server.close(0));
  /** Connects from an address of loopback; 127.0.0.2 is a trusted proxy. */
  const from = async (localAddress = '127.0.0.1') => {
    const socket = connect({ port: server.port, host: '127.0.0.1', localAddress });
    onTestFinished(() => void socket.destroy());
    const state = { text: '', isClosed: false };
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      state.text += bytes;
    });
    socket.on('close', () => {
      state.isClosed = true;
    });
    await new Promise((resolve) => socket.once('connect', resolve));
    return { socket, state };
  };
  /** Begins a request with more of its body to come, and waits until the listener has it. */
  const begin = async (headers = '', localAddress?: string) => {
    const client = await from(localAddress);
    const before = heard;
    client.socket.write(`POST / HTTP/1.1\r\nHost: x\r\n${headers}Content-Length: 5\r\n\r\nhal`);
    await expect.poll(() => heard, { interval: 1 }).toBe(before + 1);
    return client;
  };
  const ask = (localAddress?: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const options = { port: server.port, host: '127.0.0.1', localAddress, agent: false };
      requestOf(options, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
  return { from, begin, ask };
}

type Client = Awaited<ReturnType<Awaited<ReturnType<typeof open>>['from']>>;

const closedOf = (clients: Client[]) => clients.map(({ state }) => state.isClosed);

test('an unknown caller has little time for its body, and a known one has more', async () => {
  const { begin } = await open({ bodyMs: 100 });
  const known = await begin('X-Key: yes\r\n');
  const unknown = await begin();
  await expect.poll(() => unknown.state.isClosed).toBe(true);
  expect(unknown.state.text).toMatch(/^HTTP\/1\.1 408 /);
  known.socket.write('ve');
  await expect.poll(() => known.state.text).toContain('got 5');
});

test('a silent connection is closed, unless its caller is known', async () => {
  const { from } = await open({ silenceMs: 100 });
  const [known, unknown] = [await from(), await from()];
  known.socket.write('GET /hangs HTTP/1.1\r\nHost: x\r\nX-Key: yes\r\n\r\n');
  unknown.socket.write('GET /hangs HTTP/1.1\r\nHost: x\r\n\r\n');
  await expect.poll(() => unknown.state.isClosed).toBe(true);
  expect(known.state.isClosed).toBe(false);
});

test('above the limit of an address its oldest connection is closed, and the new one is served', async () => {
  const { begin, from, ask } = await open({ perAddress: 3 });
  const slow = [await begin(), await begin()];
  // It has sent no request, and counts as well.
  const silent = await from();
  expect(await ask()).toBe(200);
  await expect.poll(() => closedOf([...slow, silent])).toEqual([true, false, false]);
  expect(await ask('127.0.0.9')).toBe(200);
});

test('connections that serve a known caller don’t count until they are idle', async () => {
  const { begin, ask } = await open({ perAddress: 2 });
  const known: Client[] = [];
  for (let n = 0; n < 5; n += 1) known.push(await begin('X-Key: yes\r\n'));
  expect(await ask()).toBe(200);
  expect(closedOf(known)).toEqual(known.map(() => false));
  for (const { socket } of known) socket.write('ve');
  await expect.poll(() => known.filter(({ state }) => state.isClosed)).toHaveLength(3);
  for (const { state } of known) expect(state.text).toContain('got 5');
});

test('behind a trusted proxy each client has its own limit, and the proxy has none', async () => {
  const { begin, from } = await open({ perAddress: 2 });
  const proxy = '127.0.0.2';
  const of = (client: string) => begin(`X-Forwarded-For: ${client}\r\n`, proxy);
  const idle = [await from(proxy), await from(proxy), await from(proxy)];
  const other = await of('203.0.113.1');
  const many = [await of('203.0.113.2'), await of('203.0.113.2'), await of('203.0.113.2')];
  await expect.poll(() => closedOf(many)).toEqual([true, false, false]);
  expect(closedOf([...idle, other])).toEqual([false, false, false, false]);
  // Anybody else's header is ignored.
  const forged: Client[] = [];
  for (let n = 0; n < 3; n += 1) forged.push(await begin(`X-Forwarded-For: 203.0.113.${n}\r\n`));
  await expect.poll(() => closedOf(forged)).toEqual([true, false, false]);
});

test('above the total limit the address with the most connections loses one', async () => {
  const { begin } = await open({ total: 4 });
  const few = await begin('', '127.0.0.9');
  const many = [await begin(), await begin(), await begin()];
  const last = await begin('', '127.0.0.8');
  await expect
    .poll(() => closedOf([few, ...many, last]))
    .toEqual([false, true, false, false, false]);
});

test('no more connections stay open than the limits allow', async () => {
  const { begin } = await open({ total: 5, perAddress: 3 });
  const clients: Client[] = [];
  for (let n = 0; n < 8; n += 1) {
    for (const end of [1, 2, 3]) clients.push(await begin('', `127.0.0.${end}`));
  }
  await expect.poll(() => clients.filter(({ state }) => !state.isClosed)).toHaveLength(5);
});

/** A source of numbers that are the same in every run. */
function numbersFrom(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test("the limits apply in any sequence of events, and a known caller's connection is never closed", () => {
  const limits = { ...generous, total: 12, perAddress: 5 };
  const addresses = ['a', 'b', 'c', 'd', null];
  const next = numbersFrom(7);
  let nowMs = 0;
  const unknownCallers = new UnknownCallers(limits, () => nowMs);
  const visits: Visit[] = [];
  /** Also those that are closed or no longer used. */
  const all: Visit[] = [];
  const any = () => visits[next(visits.length)];
  const address = () => addresses[next(addresses.length)] ?? null;
  for (let step = 0; step < 20_000; step += 1) {
    nowMs += next(2);
    const visit = any();
    const wasKnown = visits.filter(({ known, socket }) => known > 0 && !socket.destroyed);
    const action = next(6);
    if (!visit || action === 0) {
      const added = unknownCallers.add(new Socket(), address());
      visits.push(added);
      all.push(added);
    } else if (action === 1) unknownCallers.move(visit, address());
    else if (action === 2) unknownCallers.addKnown(visit);
    else if (action === 3 && visit.known > 0) unknownCallers.removeKnown(visit);
    else if (action === 4) unknownCallers.touch(visit);
    else if (action === 5 && next(3) === 0) {
      // Requests on a closed connection still end, so it stays in the list for a while.
      visit.socket.destroy();
      unknownCallers.remove(visit);
    }
    for (const one of wasKnown) {
      if (one !== visit) expect(one.socket.destroyed).toBe(false);
    }
    const open = visits.filter(({ known, socket }) => known === 0 && !socket.destroyed);
    expect(open.length).toBeLessThanOrEqual(limits.total);
    for (const name of addresses.slice(0, 4)) {
      const ofOne = open.filter(({ group }) => group.address === name);
      expect(ofOne.length).toBeLessThanOrEqual(limits.perAddress);
    }
    if (visits.length > 60) visits.splice(0, 30);
  }
  // The count is right at the end: all places are free again.
  for (const visit of all) unknownCallers.remove(visit);
  const last = Array.from({ length: limits.total }, () => unknownCallers.add(new Socket(), null));
  expect(last.every(({ socket }) => !socket.destroyed)).toBe(true);
  const one = unknownCallers.add(new Socket(), null);
  expect([...last, one].filter(({ socket }) => socket.destroyed)).toHaveLength(1);
});

test('the limit is the same after a thousand connections were closed', () => {
  const unknownCallers = new UnknownCallers({ ...generous, total: 3, perAddress: 3 }, () => 0);
  const all = Array.from({ length: 1_000 }, () => unknownCallers.add(new Socket(), 'a'));
  expect(all.filter(({ socket }) => !socket.destroyed)).toHaveLength(3);
});
