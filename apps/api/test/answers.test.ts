import { type ProxyRequest, proxyRequestSchema } from '@api-monitor/core';
import { sampleOf } from '@api-monitor/core/testing';
import { recordProxyRequests } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { goDown } from './go-down.ts';
import { checkAnswer, newTarget, openTestApi } from './open-test-api.ts';
import { failedProbe, probe, recordRun } from './record-run.ts';

interface Parameter {
  name: string;
  in: 'path' | 'query';
  required?: boolean;
  schema: { enum?: string[] };
}

type TestApi = Awaited<ReturnType<typeof openTestApi>>;

/** Values for parameters that aren't an enum. */
const values: Record<string, string> = {
  ...{ id: '1', model: 'gpt-4o', limit: '2', run_id: '1', key_id: '1', target_id: '1', key: '1' },
  ...{ session_id: '1', subject_id: '1', destination_id: '1', address: 'unknown', token: '' },
  ...{
    from: '1799900000',
    to: '1800000000',
    before_id: '100',
    after_id: '1',
    zone: 'Asia/Kolkata',
    days: '7',
  },
};
const files = ['relay.svg', 'relay.json'];
/** It never ends, so only its head is checked. */
const endless = '/api/events';

/** The addresses of a documented GET: without a query, and with each value of each parameter. */
function addressesOf(path: string, parameters: readonly Parameter[]): string[] {
  const filled = path.includes('{file}')
    ? files.map((file) => path.replace('{file}', file))
    : [path.replace('{id}', '1')];
  const inQuery = parameters.filter((parameter) => parameter.in === 'query');
  const needed = Object.fromEntries(
    inQuery.filter(({ required }) => required).map(({ name }) => [name, values[name] ?? '']),
  );
  const queries = inQuery
    .filter(({ required }) => !required)
    .flatMap(({ name, schema }) =>
      (schema.enum ?? [values[name] ?? '']).map((value) => ({ [name]: value })),
    );
  return filled.flatMap((one) =>
    [{}, ...queries].map((query) => `${one}?${new URLSearchParams({ ...needed, ...query })}`),
  );
}

/** Requests every GET of the document; the callers check each answer. Returns the statuses. */
async function walk({ asSession, asVisitor, asNobody }: TestApi): Promise<Map<string, number>> {
  const { paths } = (await asNobody('GET', '/api/openapi.json')).json;
  const statuses = new Map<string, number>();
  for (const [path, { get }] of Object.entries<{ get?: { parameters?: Parameter[] } }>(paths)) {
    if (!get || path === endless) continue;
    for (const address of addressesOf(path, get.parameters ?? [])) {
      for (const call of [asVisitor, asNobody]) await call('GET', address);
      statuses.set(address, (await asSession('GET', address)).status);
    }
  }
  return statuses;
}

test('on an empty monitor every GET answers as the document says', async () => {
  const statuses = await walk(await openTestApi());
  expect(statuses.size).toBeGreaterThan(80);
  const refused = statuses.entries().filter(([, status]) => status !== 200);
  // There is no channel, and nothing is published.
  for (const [address, status] of refused) {
    expect([404, 501], address).toContain(status);
    expect(address).toMatch(/[/=]1(\/|\?|$)|\/status\b|\/badge\/|admin\/backup/);
  }
});

test('on a monitor with data of every kind every GET answers 200, as the document says', async () => {
  const api = await openTestApi();
  await fill(api);
  const refused = (await walk(api)).entries().filter(([, status]) => status !== 200);
  // On Postgres, backups are left to pg_dump.
  expect([...refused].filter(([address]) => !address.includes('backup'))).toEqual([]);
  const stream = await api.request(endless);
  await checkAnswer(api.api.app, 'GET', endless, { ...headOf(stream), text: '' });
  await stream.body?.cancel();
});

const headOf = ({ status, headers }: Response) => ({ status, headers });

/** A channel with runs, a key with requests, a status page, an incident. */
async function fill(api: TestApi): Promise<void> {
  const { asSession, db, clock } = api;
  const at = clock.now - 1000;
  await asSession('POST', '/api/targets', { ...newTarget, source_url: 'https://a.example' });
  await asSession('POST', '/api/targets', { ...newTarget, name: 'disabled', enabled: false });
  const claude = { protocol: 'anthropic', route: 'anthropic', model: 'claude' } as const;
  const calls = [{ name: 'now', arguments: '{}' }];
  await recordRun(db, 1, at - 4000, [
    probe({ timestamp: at - 4000, tool_calls: calls, tool_calls_count: 1 }),
    failedProbe({ ...claude, timestamp: at - 4000, status_code: null, error_kind: 'network' }),
  ]);
  await recordRun(db, 1, at, [
    failedProbe({ timestamp: at }),
    probe({
      ...claude,
      timestamp: at,
      first_token_s: null,
      output_tokens: null,
      output_tokens_per_s: null,
    }),
  ]);
  const key = { name: 'key', allowed_target_ids: [1], rpm_limit: 5, cost_per_day: 5 };
  await asSession('POST', '/api/proxy/keys', key);
  await asSession('POST', '/api/proxy/keys', { name: 'revoked' });
  await asSession('DELETE', '/api/proxy/keys/2');
  await recordProxyRequests(db, requestsAt(at));
  const items = [
    { target_id: 1, model: null, name: 'relay', slug: 'relay' },
    { target_id: 1, model: 'claude', name: 'claude', slug: 'claude' },
  ];
  await asSession('PATCH', '/api/admin/status-page', { enabled: true, items });
  await asSession('POST', '/api/admin/second-factor', {});
  await asSession('POST', '/api/alerts/destinations', {
    ...{ name: 'Ops', kind: 'webhook', config: { url: 'https://hooks.example/in' } },
  });
  await goDown(api);
}

/** One that was served, one whose channel failed, and one that reached no channel. */
function requestsAt(timestamp: number): ProxyRequest[] {
  const attempt = {
    ...{ target_id: 1, target_name: 'relay', model: 'gpt-4o', duration_s: 0.5 },
    ...{ status: 200, error: null, error_kind: null, is_live_failure: false },
  };
  const fault = { error: 'refused', error_kind: 'network' } as const;
  const served: ProxyRequest = {
    ...sampleOf(proxyRequestSchema),
    ...{ request_id: 'a', timestamp, key_id: 1, key_name: 'key', route: 'chat', stream: true },
    ...{ target_id: 1, target_name: 'relay', requested_model: 'gpt-4o', model: 'gpt-4o' },
    ...{ status: 200, attempts: [attempt], first_byte_s: 0.2, duration_s: 0.5 },
    ...{ input_tokens: 1, output_tokens: 2, request_bytes: 100, response_bytes: 200 },
    ...{ error: null, error_kind: null },
  };
  const unserved = { ...served, first_byte_s: null, input_tokens: null, output_tokens: null };
  const failed = { ...attempt, ...fault, status: null, is_live_failure: true };
  return [
    served,
    {
      ...{ ...unserved, ...fault, request_id: 'b', status: 502, attempts: [failed] },
      ...{ key_id: null, key_name: 'master' },
    },
    {
      ...{ ...unserved, request_id: 'c', status: 404, attempts: [] },
      ...{ target_id: null, target_name: null, model: null },
    },
  ];
}

test('the check tells a wrong answer from a right one', async () => {
  const { api, asSession } = await openTestApi();
  const { headers } = await asSession('GET', '/api/health');
  const check = (text: string, status = 200) =>
    checkAnswer(api.app, 'GET', '/api/proxy/keys', { status, headers, text });
  await check('{"items":[]}');
  await expect(check('{}')).rejects.toThrow("must have required property 'items'");
  await expect(check('{"items":[],"more":1}')).rejects.toThrow('must NOT have unevaluated');
  await expect(check('{"items":[null]}')).rejects.toThrow('must be object');
  await expect(check('{"items":[]}', 204)).rejects.toThrow('the status is not in the document');
  await expect(check('{"fault":"x"}', 404)).rejects.toThrow("required property 'detail'");
});
