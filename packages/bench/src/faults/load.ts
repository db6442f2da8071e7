import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Stack } from './stack.ts';

/** What happened to the clients. Times are of `performance.now()`. */
export interface LoadResult {
  sent: number;
  ok: number;
  failures: { begunAtMs: number; atMs: number; what: string }[];
  streams: { sent: number; ok: number; cut: number; refused: number };
}

interface Options {
  clients: number;
  /** Open at a time; each lasts ten seconds. */
  streams: number;
  /** A client's pause between two requests; 0: none. */
  restMs?: number;
}

/** A stream lasts ten seconds, and longer on a busy machine. */
const timeoutMs = 120_000;

/** Runs clients of the gateway, and a client that starts runs, until it is stopped. */
export function startLoad(stack: Stack, { clients, streams, restMs = 100 }: Options) {
  const stopping = new AbortController();
  const result: LoadResult = {
    sent: 0,
    ok: 0,
    failures: [],
    streams: { sent: 0, ok: 0, cut: 0, refused: 0 },
  };
  const goOn = () => !stopping.signal.aborted;
  const fail = (begunAtMs: number, what: string) =>
    result.failures.push({ begunAtMs, atMs: performance.now(), what });

  const client = async () => {
    while (goOn()) {
      result.sent += 1;
      const begunAtMs = performance.now();
      const what = await askOnce(stack);
      if (what === null) result.ok += 1;
      else fail(begunAtMs, what);
      if (restMs > 0) await pause(restMs);
    }
  };
  const streamer = async () => {
    // Not all at the same moment.
    await pause(Math.random() * 5_000);
    while (goOn()) {
      result.streams.sent += 1;
      const begunAtMs = performance.now();
      const { end, what } = await streamOnce(stack);
      result.streams[end] += 1;
      if (end !== 'ok') fail(begunAtMs, `stream ${end}: ${what}`);
      if (end === 'refused') await pause(restMs);
    }
  };
  const prober = async () => {
    for (let turn = 0; goOn(); turn += 1) {
      const id = stack.targetIds[turn % stack.targetIds.length];
      await stack.ask(`/api/targets/${id}/run`, 'POST').catch(() => {});
      await pause(400);
    }
  };
  const all = [
    ...Array.from({ length: clients }, client),
    ...Array.from({ length: streams }, streamer),
    prober(),
  ];
  return {
    result,
    /** Starts nothing more, and waits for what is still running. */
    async stop(): Promise<LoadResult> {
      stopping.abort();
      await Promise.all(all);
      return result;
    },
  };
}

/** Null if a complete answer came, else what came instead. */
async function askOnce(stack: Stack): Promise<string | null> {
  try {
    const response = await post(stack, { model: 'fast', messages });
    const text = await response.text();
    if (response.ok) return text.includes('"choices"') ? null : 'a body without choices';
    return `${response.status} ${text.slice(0, 120)}`;
  } catch (error) {
    return faultOf(error);
  }
}

/** How a stream ended, and what was wrong with it. */
async function streamOnce(stack: Stack): Promise<{ end: 'ok' | 'cut' | 'refused'; what: string }> {
  let text = '';
  try {
    const response = await post(stack, { model: 'slow', stream: true, messages });
    if (!response.ok) return { end: 'refused', what: `${response.status}` };
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true });
  } catch (error) {
    return { end: text ? 'cut' : 'refused', what: faultOf(error) };
  }
  if (text.includes('[DONE]')) return { end: 'ok', what: '' };
  return { end: 'cut', what: `ended early: ${text.slice(-120)}` };
}

const messages = [{ role: 'user', content: 'hello' }];

function post({ origin, masterToken }: Stack, body: object): Promise<Response> {
  return fetch(`${origin}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${masterToken}`,
      'content-type': 'application/json',
      'x-client-request-id': randomUUID(),
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  });
}

function faultOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}
