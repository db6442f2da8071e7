import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { BlockList } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInProcessBus } from '@api-monitor/bus';
import { createAdminSession, openDatabase, setSettings } from '@api-monitor/db';
import { testDatabaseUrl } from '@api-monitor/db/testing';
import { createLogger, createMetricsRegistry } from '@api-monitor/runtime';
import { onTestFinished } from 'vitest';
import { hashPassword } from '../src/auth/hash-password.ts';
import { type ApiOptions, createApi } from '../src/create-api.ts';
import { type CheckAnswer, createAnswerCheck, type OpenApiDocument } from './check-answer.ts';

export const adminToken = 'admin-token-0123456789';
export const visitorToken = 'visitor-token-0123456789';
export const adminPassword = 'the-panel-password';
const sessionToken = 's'.repeat(43);
export const sessionCookie = `api_monitor_admin_session=${sessionToken}`;
export const upstreamKey = 'sk-upstream-0123456789abcdef';

export const newTarget = {
  name: 'relay',
  base_url: 'https://relay.example/v1/',
  api_key: upstreamKey,
};

interface Options {
  metricsPublic?: boolean;
  trustedProxies?: BlockList;
  publicUrl?: string;
  basePath?: string;
  /** The built dashboard. */
  pages?: Record<string, string>;
  /** Beside those that every api under test is given. */
  givenSettings?: ApiOptions['givenSettings'];
  listener?: NonNullable<ApiOptions['listener']>;
  /** Absent: a new temporary folder. */
  dataDir?: string;
}

/** The api over its own database and an in-process bus, with what a test may control. */
export async function openTestApi(options: Options = {}) {
  const {
    metricsPublic = false,
    givenSettings = {},
    trustedProxies = new BlockList(),
    basePath,
    pages = {},
    listener,
    publicUrl = null,
    dataDir = await mkdtemp(join(tmpdir(), 'api-')),
  } = options;
  const webRoot = join(dataDir, 'web');
  await mkdir(webRoot, { recursive: true });
  for (const [name, html] of Object.entries(pages)) await writeFile(join(webRoot, name), html);
  const clock = { now: 1_800_000_000 };
  const now = () => clock.now;
  const logLines: string[] = [];
  const db = await openDatabase({ dataDir, databaseUrl: await testDatabaseUrl(), now });
  // As after a first start, but with a cheap hash.
  const hash = await hashPassword(adminPassword, { N: 1024, r: 8, p: 1 });
  await setSettings(db, { admin_panel_password_hash: hash }, clock.now);
  const bus = createInProcessBus({ nowMs: Date.now, onFault: () => {} });
  const api = await createApi({
    db,
    bus,
    logger: createLogger(
      { name: 'test', level: 'debug' },
      { write: (line) => logLines.push(line) },
    ),
    metrics: createMetricsRegistry(),
    secrets: {
      apiToken: adminToken,
      visitorToken,
      adminPassword: undefined,
      proxyMasterToken: undefined,
    },
    trustedProxies,
    publicUrl,
    metricsPublic,
    givenSettings: {
      ...{ default_interval_min: 30, log_cleanup_enabled: true, log_max_size_mb: 500 },
      ...givenSettings,
    },
    channelsFile: null,
    ...(listener ? { listener } : {}),
    ...(basePath ? { basePath } : {}),
    webRoot,
    now,
  });
  onTestFinished(async () => {
    api.close();
    await bus.close();
    await db.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  await createAdminSession(db, {
    token_hash: createHash('sha256').update(sessionToken).digest('hex'),
    created_at: clock.now,
    expires_at: clock.now + 86_400,
    address: 'unknown',
    user_agent: 'a test',
  });
  return {
    ...{ api, bus, clock, db, dataDir, logLines },
    ...callers(api.app),
    /** With an admin session, for answers that aren't text. */
    request: async (path: string) => api.app.request(path, { headers: { cookie: sessionCookie } }),
    readDataFile: (name: string) => readFile(join(dataDir, name)),
  };
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into any answer, right or wrong
  json: any;
}

type Call = (method: string, path: string, body?: unknown) => Promise<Answer>;

interface App {
  request: (path: string, init?: RequestInit) => Response | Promise<Response>;
}

let check: Promise<CheckAnswer> | undefined;

/** Throws if an answer isn't what the document says of it. */
export async function checkAnswer(
  app: App,
  method: string,
  path: string,
  answer: Pick<Answer, 'status' | 'headers' | 'text'>,
): Promise<void> {
  check ??= Promise.try(() => app.request('/api/openapi.json')).then(async (response) =>
    createAnswerCheck((await response.json()) as OpenApiDocument),
  );
  const { status, text } = answer;
  const contentType = answer.headers.get('content-type') ?? '';
  (await check)({ method, path, status, contentType, text });
}

function callers(app: App) {
  const callWith =
    (headers: Record<string, string>): Call =>
    async (method, path, body) => {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const init = body === undefined ? { method, headers } : { method, headers, body: text };
      const answer = await answerOf(await app.request(path, init));
      await checkAnswer(app, method, path, answer);
      return answer;
    };
  const json = { 'content-type': 'application/json' };
  return {
    asAdmin: callWith({ ...json, authorization: `Bearer ${adminToken}` }),
    asVisitor: callWith({ ...json, authorization: `Bearer ${visitorToken}` }),
    asNobody: callWith(json),
    /** An admin session that needs no login, and so no password hash. */
    asSession: callWith({ ...json, cookie: sessionCookie }),
    /** With headers of the test's choice. */
    callWith: (headers: Record<string, string>) => callWith({ ...json, ...headers }),
    withToken: (token: string) => callWith({ ...json, authorization: `Bearer ${token}` }),
  };
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? JSON.parse(text) : null,
  };
}
