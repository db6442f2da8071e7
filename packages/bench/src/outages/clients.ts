import { setTimeout as pause } from 'node:timers/promises';
import { fetch } from 'undici';

/** What one client saw; times are milliseconds of `performance.now()`. */
export interface Seen {
  begunAtMs: number;
  endedAtMs: number;
  isServed: boolean;
  /** Why it wasn't: the last status, or that the connection failed. */
  reason: string;
}

/** As the official SDKs of OpenAI and Anthropic do by default; without their jitter. */
const retries = { times: 2, firstMs: 500, longestMs: 8_000, longestToldMs: 60_000 };
const periodMs = 200;
const inFlightLimit = 100;

interface Options {
  origin: string;
  key: string;
  model: string;
}

/** Starts clients that ask for a model five times a second. */
export function startClients(options: Options) {
  const seen: Seen[] = [];
  const underWay = new Set<Promise<void>>();
  const begin = () => {
    if (underWay.size >= inFlightLimit) return;
    const one = ask(options).then((result) => {
      seen.push(result);
      underWay.delete(one);
    });
    underWay.add(one);
  };
  const timer = setInterval(begin, periodMs);
  return {
    seen,
    /** Sends no more, and resolves once the last client has its answer. */
    async stop(): Promise<Seen[]> {
      clearInterval(timer);
      await Promise.all(underWay);
      return seen;
    },
  };
}

async function ask(options: Options): Promise<Seen> {
  const begunAtMs = performance.now();
  for (let attempt = 0; ; attempt += 1) {
    const { isServed, reason, toldMs, mayRetry } = await askOnce(options);
    if (isServed || !mayRetry || attempt === retries.times) {
      return { begunAtMs, endedAtMs: performance.now(), isServed, reason };
    }
    const usualMs = Math.min(retries.firstMs * 2 ** attempt, retries.longestMs);
    await pause(toldMs !== null && toldMs <= retries.longestToldMs ? toldMs : usualMs);
  }
}

async function askOnce({ origin, key, model }: Options) {
  const failed = { isServed: false, toldMs: null, mayRetry: true };
  try {
    const answer = await fetch(`${origin}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'Hello' }] }),
    });
    const text = await answer.text();
    const isServed = answer.ok && text.endsWith('data: [DONE]\n\n') && !text.includes('"error"');
    if (isServed) return { ...failed, isServed, reason: '' };
    const told = answer.headers.get('retry-after');
    return {
      ...failed,
      reason: answer.ok ? 'error in the stream' : String(answer.status),
      toldMs: told === null ? null : 1000 * Number(told),
      mayRetry: isWorthRetrying(answer.status, answer.headers.get('x-should-retry')),
    };
  } catch {
    return { ...failed, reason: 'connection' };
  }
}

function isWorthRetrying(status: number, told: string | null): boolean {
  if (told !== null) return told === 'true';
  return status === 408 || status === 409 || status === 429 || status >= 500;
}
