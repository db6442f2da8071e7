import { expect, test } from 'vitest';
import { type Call, call, chatTo } from './call.ts';
import { clientKey, gatewayForTest } from './open-test-gateway.ts';
import { rawConnection } from './raw-connection.ts';

async function start(given: Parameters<typeof gatewayForTest>[0] = {}) {
  const gateway = await gatewayForTest(given);
  // From the start of a minute, so that no test runs past its end.
  gateway.clock.aheadS = 60 - ((Date.now() / 1000) % 60);
  const { logLines, metrics } = gateway;
  const lines = () =>
    logLines.map((line) => JSON.parse(line)).filter(({ msg }) => /refused/.test(msg));
  const counted = async () => {
    const text = await metrics.metrics();
    const found = text.matchAll(/^api_monitor_gateway_refused_total\{reason="(\w+)"\} (\d+)$/gm);
    return Object.fromEntries([...found].map(([, reason, count]) => [reason, Number(count)]));
  };
  return { ...gateway, lines, counted };
}

const chat = '/v1/chat/completions';

test('every kind of refusal has a metric, a log line and a record', async () => {
  const keys = [
    { key: 'sk-paused', enabled: false },
    { key: 'sk-expired', expires_at: 1 },
  ];
  const gateway = await start({ keys });
  const { origin, port, lines, counted } = gateway;
  const body = chatTo('m');
  const upgrade = { connection: 'upgrade', upgrade: 'websocket' };
  const via = Array.from({ length: 8 }, (_, n) => `1.1 api-monitor-${`${n}`.repeat(16)}`);
  const calls: [string, Call][] = [
    ['/v1/fine_tuning/jobs?after=x', {}],
    [chat, { method: 'GET' }],
    ['/v1/responses', { method: 'GET', headers: upgrade }],
    [chat, { body, key: null }],
    ['/v1/models', { key: 'sk-nobody' }],
    [chat, { body, key: 'sk-paused' }],
    [chat, { body, key: 'sk-expired' }],
    [chat, { body, headers: { via: via.join(', ') } }],
  ];
  const statuses: number[] = [];
  for (const [path, given] of calls) statuses.push((await call(origin, path, given)).status);
  const client = await rawConnection(port);
  client.send(`POST ${chat} HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 0\r\n\r\n`);
  await client.until('400');
  expect(statuses).toEqual([404, 405, 426, 401, 401, 401, 401, 508]);
  const reasons = [
    ...['unknown_path', 'wrong_method', 'websocket', 'no_key', 'unknown_key'],
    ...['inactive_key', 'inactive_key', 'loop', 'malformed'],
  ];
  expect(await counted()).toEqual({
    ...{ unknown_path: 1, wrong_method: 1, websocket: 1, no_key: 1, unknown_key: 1 },
    ...{ inactive_key: 2, loop: 1, malformed: 1 },
  });
  expect(lines().map(({ reason }) => reason)).toEqual(reasons);
  expect(lines()[0]).toMatchObject({
    ...{ level: 30, status: 404, method: 'GET', path: '/v1/fine_tuning/jobs' },
    address: '127.0.0.1',
  });
  expect(lines()[4]).toMatchObject({ level: 40, reason: 'unknown_key', path: '/v1/models' });
  const records = await gateway.recordsAtEnd();
  expect(records.map(({ refused_for }) => refused_for)).toEqual(reasons);
  expect(new Set(records.map(({ client_address }) => client_address))).toEqual(
    new Set(['127.0.0.1']),
  );
  expect(records[0]).toMatchObject({
    ...{ route: 'other', status: 404, key_id: null, key_name: '', model: null, attempts: [] },
    error: "GET /v1/fine_tuning/jobs: the gateway doesn't serve GET /v1/fine_tuning/jobs",
  });
  expect(records[4]).toMatchObject({ route: 'models', key_id: null, key_name: '' });
  expect(records[5]).toMatchObject({ route: 'chat', key_id: 2, key_name: 'sk-paused' });
});

test('a flood is counted in full, and ten a minute are logged and recorded', async () => {
  const gateway = await start();
  const { origin, clock, lines, counted } = gateway;
  const guess = () => call(origin, chat, { body: chatTo('m'), key: 'sk-guess' });
  for (let n = 0; n < 42; n += 1) await guess();
  await call(origin, '/v1/nothing');
  expect(lines()).toHaveLength(10 + 10 + 1);
  clock.aheadS += 60;
  await expect.poll(() => lines().length).toBe(22);
  expect(lines().at(-1)).toMatchObject({ left_out: { unknown_key: 20, blocked: 2 } });
  await guess();
  expect(await counted()).toEqual({ unknown_key: 30, blocked: 13, unknown_path: 1 });
  const records = await gateway.recordsAtEnd();
  expect(records.map(({ status }) => status)).toEqual([
    ...Array.from({ length: 10 }, () => 401),
    ...Array.from({ length: 10 }, () => 429),
    404,
    429,
  ]);
});

test('neither a credential nor a query is logged or recorded', async () => {
  const gateway = await start();
  const { origin, logLines } = gateway;
  const secret = 'sk-am-0123456789abcdefghij';
  const headers = { 'x-api-key': secret, 'x-goog-api-key': secret };
  await call(origin, `/v1/nothing?key=${secret}`, { key: secret, headers });
  await call(origin, `/v1/${secret}/chat/completions`, { key: secret });
  await call(origin, `/v1/models?key=${secret}`, { key: secret });
  await call(origin, `${chat}?key=${secret}`, { key: `Bearer ${secret}`, body: chatTo('m') });
  const records = await gateway.recordsAtEnd();
  expect(records.map(({ error }) => error?.split(': ')[0])).toEqual([
    'GET /v1/nothing',
    'GET /v1/…/chat/completions',
    'GET /v1/models',
    `POST ${chat}`,
  ]);
  for (const text of [JSON.stringify(records), logLines.join('')]) {
    expect(text).not.toContain('0123456789abcdefghij');
    expect(text).not.toContain('key=');
  }
});

test('an unknown path answers in the dialect that the caller’s headers or path suggest', async () => {
  const { origin } = await start();
  const ask = async (path: string, headers: Record<string, string> = {}, key?: string | null) =>
    (await call(origin, path, { headers, key: key === undefined ? clientKey : key })).json;
  const anthropic = { 'anthropic-version': '2023-06-01' };
  expect(await ask('/v1/skills', anthropic)).toMatchObject({
    ...{ type: 'error', error: { type: 'not_found_error' }, request_id: expect.any(String) },
  });
  const gemini = { error: { code: 404, status: 'NOT_FOUND' } };
  expect(await ask('/v1/tunedModels', { 'x-goog-api-key': 'x' })).toMatchObject(gemini);
  expect(await ask('/v1/tunedModels?key=x', {}, null)).toMatchObject(gemini);
  // Google's clients send no bearer beside it.
  expect(await ask('/v1/assistants?key=x')).toMatchObject({ error: { code: 'unknown_url' } });
  expect(await ask('/v1beta/tunedModels')).toMatchObject(gemini);
  expect(await ask('/v1/messages/nothing')).toMatchObject({ type: 'error' });
  expect(await ask('/v1/assistants')).toMatchObject({ error: { code: 'unknown_url' } });
});
