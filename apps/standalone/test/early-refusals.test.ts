import { setTimeout as pause } from 'node:timers/promises';
import { rawConnection } from '@api-monitor/proxy/test/raw-connection';
import { describe, expect, onTestFinished, test } from 'vitest';
import { nginxBefore, nginxTestTimeoutMs } from './nginx-server.ts';
import { started, tempDir } from './start-program.ts';

const master = 'sk-master-0123456789abcdef';
const auth = `authorization: Bearer ${master}`;
const origin = 'https://app.example';

async function product() {
  const { origin: address, child } = await started({
    DATA_DIR: await tempDir(),
    PROXY_MASTER_TOKEN: master,
    PROXY_BODY_MAX_MB: '1',
    PROXY_CORS_ORIGINS: origin,
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return Number(new URL(address).port);
}

/** Requests that are answered before their body has been read, with the status. */
const early: [request: string, status: number, ...headers: string[]][] = [
  ['POST /api/targets', 401],
  ['PATCH /api/targets/1', 401],
  ['DELETE /api/targets/1', 401],
  ['GET /api/health', 200],
  ['POST /api/nothing', 404],
  ['POST /nothing', 404],
  ['GET /api/openapi.json', 200],
  ['HEAD /', 200],
  ['HEAD /api/hello', 200],
  ['POST /v1/chat/completions', 401],
  ['POST /v1/messages', 401],
  ['POST /v1beta/models/m:generateContent', 401],
  ['PUT /v1/chat/completions', 405, auth],
  ['POST /v1/nothing', 404, auth],
  ['GET /v1/models', 401],
  ['GET /v1/models', 200, auth],
  ['GET /v1/models/nothing', 404, auth],
  ['GET /v1/responses', 426, auth, 'connection: upgrade', 'upgrade: websocket'],
  ['OPTIONS /v1/messages', 204, `origin: ${origin}`, 'access-control-request-method: POST'],
  ['POST /v1/messages', 415, auth, 'content-encoding: compress'],
  ['POST /v1/messages', 401, 'expect: something'],
];

/** Rejected because they are too large. */
const large: typeof early = [
  ['POST /api/admin/login', 413, 'content-type: application/json'],
  ['POST /v1/messages', 413, auth],
];

const framings = {
  'a length': (bytes: number) => [`content-length: ${bytes}`, 'x'.repeat(bytes)],
  chunks: (bytes: number) => {
    const chunk = `1000\r\n${'x'.repeat(0x1000)}\r\n`;
    return ['transfer-encoding: chunked', `${chunk.repeat(bytes / 0x1000)}0\r\n\r\n`];
  },
};

/** Sends a request, then another one once the first is answered, and returns what happened to the second. */
async function ask(port: number, head: readonly string[], body: string, status: number) {
  const client = await rawConnection(port);
  const deadline = pause(5_000, null, { ref: false });
  client.send(`${head.join('\r\n')}\r\n\r\n${body}`);
  const first = client.until(new RegExp(`^HTTP/1.1 ${status} `)).then(
    () => true,
    () => false,
  );
  if (!(await Promise.race([first, deadline]))) return `not ${status}: ${client.received()}`;
  client.send('GET /api/health HTTP/1.1\r\nhost: x\r\n\r\n');
  const second = client.until('"running_targets"').then(
    () => 'served',
    () => 'closed',
  );
  return (await Promise.race([second, deadline])) ?? 'deaf';
}

describe.each(Object.entries(framings))('a body with %s', (_, frame) => {
  test('that is never read doesn’t block the next request on its connection', async () => {
    const port = await product();
    const outcomes = [...early, ...large].map(async ([line, status, ...headers], at) => {
      const [framing = '', body = ''] = frame(at < early.length ? 0x4b000 : 0x300000);
      const head = [`${line} HTTP/1.1`, 'host: x', ...headers, framing];
      return [line, await ask(port, head, body, status)] as const;
    });
    const wrong = (await Promise.all(outcomes)).filter(
      ([, outcome]) => outcome !== 'served' && outcome !== 'closed',
    );
    expect(wrong).toEqual([]);
  });
});

test('behind nginx a rejected upload delays no other request', {
  timeout: nginxTestTimeoutMs,
}, async () => {
  const nginx = await nginxBefore(await product());
  const ask = async (path: string, more: RequestInit = {}) => {
    const signal = AbortSignal.timeout(5_000);
    const answer = await fetch(nginx.origin + path, { signal, ...more });
    await answer.text();
    return answer.status;
  };
  // As much as nginx accepts, and more than the buffers of a connection that isn't read.
  const refused = { method: 'POST', body: 'x'.repeat(1_000_000) };
  const users = Array.from({ length: 8 }, (_, n) => n);
  for (const path of ['/api/targets', '/v1/messages', '/api/nothing', '/v1/nothing']) {
    for (let round = 0; round < 3; round += 1) {
      const statuses = await Promise.all(users.map(() => ask(path, refused)));
      expect(statuses, path).toEqual(users.map(() => (path.endsWith('nothing') ? 404 : 401)));
    }
    const statuses = await Promise.all(users.map(() => ask('/api/health')));
    expect(statuses, path).toEqual(users.map(() => 200));
  }
});
