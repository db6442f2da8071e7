import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect } from 'vitest';
import { type Answer, good, json, oncePassed, relay } from './channel-server.ts';
import { bodyFor, masterKey, pathOf, test } from './field-test.ts';

// How clients send their requests, and what they must never get back.

describe.concurrent('a request is served', () => {
  // farion1231/cc-switch#3817, SaladDay/cc-switch-cli#469, ding113/claude-code-hub#1193
  const packs = {
    zstd: zstdCompressSync,
    gzip: gzipSync,
    br: brotliCompressSync,
    deflate: deflateSync,
  };
  test.for(Object.entries(packs))(
    'if its body is compressed with %s',
    async ([coding, pack], { field }) => {
      const channel = await field.open(relay(['gpt-5.4-zip'], { responses: good }));
      const body = bodyFor.responses(`${channel.name}/gpt-5.4-zip`, { stream: true });
      const packed = pack(Buffer.from(JSON.stringify(body)));
      const headers = { 'content-encoding': coding, 'content-type': 'application/json' };
      const got = await field.ask(pathOf.responses, packed, { headers });
      expect([got.status, got.text]).toEqual([200, expect.stringContaining('I am')]);
      expect(channel.calls.at(-1)?.body).toEqual({ ...body, model: 'gpt-5.4-zip' });
    },
  );

  // Portkey-AI/gateway#1050, router-for-me/CLIProxyAPI#2224, agentgateway/agentgateway#2292
  test.for([
    ['/v1/audio/transcriptions', 'whisper-1'],
    ['/v1/audio/translations', 'whisper-1'],
    ['/v1/images/edits', 'gpt-image-1'],
    ['/v1/images/variations', 'gpt-image-1'],
  ] as const)('if it is a form to %s', async ([path, model], { field }) => {
    const channel = await field.open(
      relay([model, 'm-form'], { [path]: json(200, { text: 'heard' }), chat: good }),
    );
    const form = new FormData();
    form.set('model', `${channel.name}/${model}`);
    form.set('file', new Blob(['RIFF']), 'a.wav');
    const got = await field.ask(path, form);
    expect([got.status, got.text]).toEqual([200, '{"text":"heard"}']);
    expect(channel.calls.at(-1)?.text).toContain(`\r\n\r\n${model}\r\n`);
  });

  test.for(['//v1/chat/completions', '/v1/v1/chat/completions', '/chat/completions'])(
    'at %s',
    async (path, { field }) => {
      const channel = await field.open(relay(['m-path'], { chat: good }));
      const got = await field.ask(path, bodyFor.chat(`${channel.name}/m-path`));
      expect(got.status).toBe(200);
      expect(channel.calls.at(-1)?.path).toBe(pathOf.chat);
    },
  );
});

describe.concurrent('an interim answer is skipped by probe and gateway', () => {
  // nodejs/undici#197, grantila/fetch-h2#113; RFC 9110, 15.2
  test.for(['100 Continue', '102 Processing', '103 Early Hints'])('%s', async (line, { field }) => {
    const interim: Answer = (call, response) => {
      response.socket?.write(`HTTP/1.1 ${line}\r\n\r\n`);
      return good(call, response);
    };
    const channel = await field.open(relay(['m-interim'], { chat: interim }));
    expect(channel.found()).toEqual({ 'm-interim': 'alive' });
    const got = await field.ask(pathOf.chat, bodyFor.chat(`${channel.name}/m-interim`));
    expect([got.status, got.text]).toEqual([200, expect.stringContaining('I am m-interim')]);
  });
});

/** Another origin, which keeps the headers that it gets. */
async function startElsewhere() {
  const caught: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    caught.push(request.headers);
    response.end('{}');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return { caught, origin: `http://127.0.0.1:${port}`, close: () => void server.close() };
}

describe.concurrent('a client never gets a redirect', () => {
  // fastapi/fastapi#12145, shenminglinyi/PlotPilot#18
  test.for([301, 307, 308])(
    '%i to another origin, which gets no key',
    async (status, { field }) => {
      const elsewhere = await startElsewhere();
      const away: Answer = (_, response) =>
        response.writeHead(status, { location: `${elsewhere.origin}/v1/messages` }).end();
      const channel = await field.open(relay(['claude-away'], { anthropic: oncePassed(away) }));
      const got = await field.ask(
        pathOf.anthropic,
        bodyFor.anthropic(`${channel.name}/claude-away`),
        {
          key: { 'x-api-key': masterKey },
        },
      );
      elsewhere.close();
      expect([got.status, got.headers.get('location'), elsewhere.caught]).toEqual([502, null, []]);
      expect(got.text).toContain(elsewhere.origin);
    },
  );

  test('within the origin: it is followed, with the body', async ({ field }) => {
    const away: Answer = (_, response) =>
      response.writeHead(308, { location: '../../moved/chat' }).end();
    const message = { role: 'assistant', content: 'I moved.' };
    const moved = json(200, { choices: [{ index: 0, message, finish_reason: 'stop' }] });
    const answers = { chat: oncePassed(away), '/moved/chat': moved } as const;
    const channel = await field.open(relay(['m-moved'], answers));
    const got = await field.ask(pathOf.chat, bodyFor.chat(`${channel.name}/m-moved`));
    expect([got.status, got.text]).toEqual([200, expect.stringContaining('I moved.')]);
    expect(channel.calls.at(-1)?.model).toBe('m-moved');
  });
});

describe.concurrent('asking for a WebSocket', () => {
  // icebear0828/codex-proxy#681, openai/codex#19821, ai-hero-dev/ai-coding-crash-course#27
  test.for(['/v1/responses', '/responses', '/v1/realtime?model=x'])(
    'is answered at once: %s',
    async (path, { field }) => {
      const sent = httpRequest(field.origin + path, {
        headers: {
          ...{ authorization: `Bearer ${masterKey}`, connection: 'Upgrade', upgrade: 'websocket' },
          ...{ 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' },
        },
      });
      const status = await new Promise<number | undefined>((resolve, reject) => {
        sent.on('response', (answer) => resolve(answer.resume().statusCode));
        sent.on('upgrade', (_, socket) => {
          socket.destroy();
          resolve(101);
        });
        sent.on('error', reject);
        sent.end();
      });
      expect(status).toBe(path.includes('realtime') ? 404 : 101);
    },
  );
});
