import { type ServerResponse, request as sendTo } from 'node:http';
import { providerForTest, upstreamForTest } from './providers.ts';
import { upstreamKey } from './test-channel.ts';

/** What a provider says of a key; null: it answers. */
export type KeyAnswer = ((response: ServerResponse, key: string) => void) | null;

const refusal = (status: number, error: object, headers: Record<string, string> = {}) => {
  return (response: ServerResponse, key: string) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    const { message, ...more } = { message: '', ...error };
    response.end(JSON.stringify({ error: { message: `${message} (${key})`, ...more } }));
  };
};

/** How a key may be refused. */
export const revoked = refusal(401, {
  ...{ message: 'Incorrect API key provided', code: 'invalid_api_key' },
});
export const outOfQuota = refusal(429, {
  ...{ message: 'You exceeded your current quota', code: 'insufficient_quota' },
});
export const limited = (seconds: number) =>
  refusal(429, { message: 'Rate limit reached' }, { 'retry-after': `${seconds}` });
export const broken = refusal(500, { message: 'internal error' });

/** A provider that knows several keys, and what was asked with which. */
export async function keyedProvider(answers: Record<string, KeyAnswer>) {
  const inner = await providerForTest({ m: 'good', n: 'good' });
  const { port } = new URL(inner.origin);
  const asked: string[] = [];
  const origin = await upstreamForTest((request, response) => {
    const { authorization = '', 'x-api-key': own, 'x-goog-api-key': googles } = request.headers;
    const key = authorization.replace('Bearer ', '');
    asked.push(key);
    const answer = answers[key];
    if (answer !== null) {
      request.resume();
      (answer ?? revoked)(response, key);
      return;
    }
    const headers = {
      ...request.headers,
      ...{ host: `127.0.0.1:${port}`, authorization: `Bearer ${upstreamKey}` },
      ...(own ? { 'x-api-key': upstreamKey } : {}),
      ...(googles ? { 'x-goog-api-key': upstreamKey } : {}),
    };
    const target = { port, path: request.url, method: request.method, headers };
    const forwarded = sendTo(target, (from) => {
      response.writeHead(from.statusCode ?? 0, from.headers);
      from.pipe(response);
    });
    forwarded.on('error', () => response.destroy());
    request.pipe(forwarded);
  });
  return {
    origin,
    /** The keys of all requests, in their order. */
    asked,
    /** Changes what it says of a key. */
    set: (key: string, answer: KeyAnswer) => {
      answers[key] = answer;
    },
  };
}
