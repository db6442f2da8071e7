import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * The channels behind the stack, in a separate container: `/t<n>` is one. It answers `fast` at once,
 * streams `slow` for seconds, and counts requests. It is copied, so it imports nothing.
 */
const models = ['fast', 'slow', 'third', 'fourth'];
const streamChunks = 100;
const chunkEveryMs = 100;
const probeMs = 400;

/** A killed gateway may lose the records of its last second: one flush period, and some slack. */
const lastMomentMs = 1_000;

const counts = { requests: 0, repeated: 0, probes: 0, probesAnswered: 0, probesAtOnce: 0 };
/** By a gateway's address: when its streams broke off, how many, and what it had just answered. */
const gateways: Record<string, { atMs: number; streamsCut: number; answeredLast: number }> = {};
const answeredAtMs = new Map<string, number[]>();
/** How often each request came, by its id. */
const timesById = new Map<string, number>();
/** By channel and model; two at once mean two runs of one channel. */
const probesUnderWay = new Map<string, number>();

createServer((request, response) => {
  answer(request, response).catch(() => response.destroy());
}).listen(Number(process.env.PORT ?? 9090), '0.0.0.0');

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/counts') return sendJson(response, { ...counts, gateways });
  if (request.method === 'GET') return sendJson(response, { data: models.map((id) => ({ id })) });
  const body = JSON.parse(await textOf(request)) as { model: string; stream?: boolean };
  const id = request.headers['x-client-request-id'];
  if (typeof id === 'string') return serve(request, response, body, id);
  return probe(response, body, `${request.url?.split('/')[1]}/${body.model}`);
}

async function serve(
  { socket }: IncomingMessage,
  response: ServerResponse,
  { stream }: { stream?: boolean },
  id: string,
) {
  const { remoteAddress = '' } = socket;
  response.once('close', () => noteEnd(remoteAddress, response.writableFinished));
  counts.requests += 1;
  const times = (timesById.get(id) ?? 0) + 1;
  timesById.set(id, times);
  if (times > 1) counts.repeated += 1;
  if (!stream) return sendJson(response, whole);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (let chunk = 0; chunk < streamChunks && !response.destroyed; chunk += 1) {
    response.write(piece({ content: ' token' }, null));
    await pause(chunkEveryMs);
  }
  response.end(`${piece({}, 'stop')}data: [DONE]\n\n`);
}

function noteEnd(address: string, isWhole: boolean): void {
  const nowMs = performance.now();
  const times = (answeredAtMs.get(address) ?? []).filter((atMs) => nowMs - atMs < lastMomentMs);
  answeredAtMs.set(address, times);
  if (isWhole) return void times.push(nowMs);
  const atMs = performance.timeOrigin + nowMs;
  gateways[address] ??= { atMs, streamsCut: 0, answeredLast: times.length };
  gateways[address].streamsCut += 1;
}

async function probe(response: ServerResponse, { stream }: { stream?: boolean }, key: string) {
  counts.probes += 1;
  const atOnce = (probesUnderWay.get(key) ?? 0) + 1;
  probesUnderWay.set(key, atOnce);
  counts.probesAtOnce = Math.max(counts.probesAtOnce, atOnce);
  response.once('close', () => probesUnderWay.set(key, (probesUnderWay.get(key) ?? 1) - 1));
  await pause(Number(process.env.PROBE_MS ?? probeMs));
  if (response.destroyed) return;
  counts.probesAnswered += 1;
  if (!stream) return sendJson(response, whole);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(`${piece({ content: 'a model' }, null)}${piece({}, 'stop')}data: [DONE]\n\n`);
}

const usage = { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 };
const whole = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  choices: [
    { index: 0, message: { role: 'assistant', content: 'a model' }, finish_reason: 'stop' },
  ],
  usage,
};

function piece(delta: object, finish_reason: string | null): string {
  const choices = [{ index: 0, delta, finish_reason }];
  return `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', choices })}\n\n`;
}

function sendJson(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text;
}
