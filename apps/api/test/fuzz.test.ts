import { createHash } from 'node:crypto';
import { createAdminSession } from '@api-monitor/db';
import { expect, test } from 'vitest';
import {
  createDice,
  createValues,
  type Dice,
  hostileTexts,
  type JsonSchema,
} from './hostile-values.ts';
import {
  adminPassword,
  adminToken,
  checkAnswer,
  newTarget,
  openTestApi,
  upstreamKey,
} from './open-test-api.ts';

const seed = 20_261_125;
const roundsEach = 14;
const slowMs = 5_000;

interface Parameter {
  name: string;
  in: string;
  schema?: JsonSchema;
}

interface Operation {
  method: string;
  path: string;
  parameters: Parameter[];
  body: JsonSchema | null;
}

type TestApi = Awaited<ReturnType<typeof openTestApi>>;

const sessionToken = 's'.repeat(43);
const callers: Record<string, Record<string, string>> = {
  nobody: {},
  visitor: { authorization: 'Bearer visitor-token-0123456789' },
  admin: { authorization: `Bearer ${adminToken}` },
  session: { cookie: `api_monitor_admin_session=${sessionToken}` },
  stranger: { cookie: `api_monitor_admin_session=${'x'.repeat(43)}` },
};

/** Calls that may show a secret to those who may see it. */
const mayShowSecrets = /\/secret$|channels\/export|proxy\/keys|second-factor/;
const feeds = ['/status/feed.atom', '/status/feed.json'];
const logins = ['/api/admin/login', '/api/login', '/api/logout'];
const publicPaths = ['/api/health', ...logins, '/api/status', '/badge/{file}', ...feeds];

async function prepared() {
  const api = await openTestApi();
  await api.asSession('POST', '/api/targets', newTarget);
  const { json } = await api.asSession('POST', '/api/proxy/keys', { name: 'key' });
  const { paths, components } = (await api.asNobody('GET', '/api/openapi.json')).json;
  const operations: Operation[] = Object.entries<object>(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => {
      const [content] = Object.values<{ schema: JsonSchema }>(requestBody?.content ?? {});
      return { method: method.toUpperCase(), path, parameters, body: content?.schema ?? null };
    }),
  );
  const secrets = [adminToken, adminPassword, upstreamKey, sessionToken, json.proxy_key];
  return { api, operations, schemas: components.schemas, secrets };
}

/** Restores what an earlier round may have changed: the session and the tokens. */
async function heal({ db, clock, bus }: TestApi): Promise<void> {
  await db.kysely.deleteFrom('admin_sessions').execute();
  await createAdminSession(db, {
    token_hash: createHash('sha256').update(sessionToken).digest('hex'),
    created_at: clock.now,
    expires_at: clock.now + 86_400,
    address: 'unknown',
    user_agent: 'a test',
  });
  const runtime = ['runtime_api_monitor_token', 'runtime_api_monitor_visitor_token'];
  await db.kysely
    .deleteFrom('app_settings')
    .where('key', 'in', [...runtime, 'visitor_mode_enabled'])
    .execute();
  await bus.events.publish({ type: 'settings_changed', data: { keys: [] } });
}

function requestOf(operation: Operation, dice: Dice, schemas: Record<string, JsonSchema>) {
  const { anything, valueFor } = createValues(dice, schemas);
  const path = operation.path.replaceAll(/\{\w+\}/g, () =>
    dice.isBelow(0.5) ? '1' : encodeURIComponent(safely(dice.pick(hostileTexts))),
  );
  const query = new URLSearchParams();
  for (const { name, in: place, schema = {} } of operation.parameters) {
    if (place !== 'query' || dice.isBelow(0.3)) continue;
    query.append(name, safely(String(valueFor(schema))));
    if (dice.isBelow(0.1)) query.append(name, 'again');
  }
  const body = operation.body && dice.isBelow(0.9) ? valueFor(operation.body) : anything(4);
  const hasBody = operation.body !== null || (operation.method !== 'GET' && dice.isBelow(0.3));
  const text = dice.isBelow(0.1) ? dice.pick(hostileTexts) : JSON.stringify(body);
  const type = dice.isBelow(0.9)
    ? 'application/json'
    : dice.pick(['text/plain', 'x/y', 'text/csv']);
  return {
    url: query.size > 0 ? `${path}?${query}` : path,
    init: hasBody ? { body: safely(text), headers: { 'content-type': type } } : { headers: {} },
  };
}

/** A lone surrogate cannot be sent at all. */
function safely(text: string): string {
  return text.toWellFormed();
}

async function answerWithin(api: TestApi, url: string, init: RequestInit) {
  const timer = AbortSignal.timeout(slowMs);
  const late = new Promise<never>((_resolve, reject) => {
    timer.addEventListener('abort', () => reject(new Error(`${init.method} ${url} hangs`)));
  });
  const answer = async () => {
    const response = await api.api.app.request(url, init);
    const isEndless = response.headers.get('content-type') === 'text/event-stream';
    if (isEndless) await response.body?.cancel();
    return { response, text: isEndless ? '' : await response.text() };
  };
  return Promise.race([answer(), late]);
}

test('thousands of odd requests: no 5xx, no hang, no secret in an answer, a log line or an event', async () => {
  const { api, operations, schemas, secrets } = await prepared();
  const events: string[] = [];
  api.bus.events.subscribe(({ event }) => events.push(JSON.stringify(event)));
  const dice = createDice(seed);
  const statuses = new Map<number, number>();
  for (const operation of operations) {
    for (const [caller, headers] of Object.entries(callers)) {
      await heal(api);
      for (let round = 0; round < roundsEach; round += 1) {
        const { url, init } = requestOf(operation, dice, schemas);
        const { method } = operation;
        const whole = { ...init, method, headers: { ...init.headers, ...headers } };
        const { response, text } = await answerWithin(api, url, whole);
        const { status, headers: answered } = response;
        await checkAnswer(api.api.app, method, url, { status, headers: answered, text });
        const told = `seed ${seed}: ${caller} ${method} ${url} ${init.body ?? ''}`.slice(0, 2000);
        // A backup on Postgres is a 501.
        const isFault = response.status >= 500 && response.status !== 501;
        expect(isFault, `${response.status}: ${told}\n${text.slice(0, 500)}`).toBe(false);
        expect(text, told).not.toMatch(/node_modules|\.ts:\d+/);
        if (response.status >= 400) expect(JSON.parse(text).detail, told).toBeTypeOf('string');
        const leak = mayShowSecrets.test(operation.path)
          ? undefined
          : secrets.find((s) => text.includes(s));
        expect(leak, told).toBeUndefined();
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      }
    }
  }
  const told = [...events, ...api.logLines].join('\n');
  for (const secret of secrets) expect(told).not.toContain(secret);
  expect(told).not.toContain('request failed');
  // Every line of the log is one line of JSON.
  for (const line of api.logLines) expect(JSON.parse(line)).toHaveProperty('level');
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  // Not everything was refused.
  for (const status of [200, 400, 401, 403, 404])
    expect(statuses.get(status), `${status}`).toBeGreaterThan(50);
  const total = [...statuses.values()].reduce((sum, count) => sum + count, 0);
  expect(total).toBeGreaterThan(2_500);
}, 180_000);

test('without valid credentials every call except the public ones is a 401', async () => {
  const { api, operations } = await prepared();
  for (const { method, path } of operations.filter(({ path }) => !publicPaths.includes(path))) {
    const url = path.replaceAll(/\{\w+\}/g, '1');
    for (const headers of [callers.nobody, callers.stranger, { authorization: 'Basic eDp5' }]) {
      const { response } = await answerWithin(api, url, { method, headers: headers ?? {} });
      expect(response.status, `${method} ${path}`).toBe(401);
    }
  }
});

test('a method that a path does not have is refused to every caller', async () => {
  const { api, operations } = await prepared();
  const methods = ['PUT', 'PATCH', 'DELETE', 'POST', 'OPTIONS', 'TRACE2'];
  for (const path of new Set(operations.map(({ path }) => path))) {
    const known = operations.filter((one) => one.path === path).map(({ method }) => method);
    for (const method of methods.filter((one) => !known.includes(one))) {
      const url = path.replaceAll(/\{\w+\}/g, '1');
      const init = { method, headers: callers.session ?? {} };
      const { response } = await answerWithin(api, url, init);
      // `/api/targets/reorder` also matches `/api/targets/{id}`, with a bad id.
      expect([400, 404], `${method} ${path}`).toContain(response.status);
    }
  }
});
