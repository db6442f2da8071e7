import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BlockList } from 'node:net';
import type { FailureLimiter } from '@api-monitor/bus';
import { type Database, pingDatabase, readToken } from '@api-monitor/db';
import type { MetricsSource } from '../process/process-group.ts';
import { callerKeyOf } from './client-address.ts';
import type { HttpHandler } from './serve-http.ts';

interface Options {
  db: Database;
  /** Null: `/metrics` is somebody else's. */
  metrics: MetricsSource | null;
  /** `/metrics` without a token. */
  areMetricsPublic: boolean;
  /** The API token that the environment gives. */
  givenToken: string | undefined;
  /** Counts guesses of the API token by address, as the api does. */
  badTokens: FailureLimiter;
  trustedProxies: BlockList;
  /** Null where requests may come, else a sentence that says why not. */
  faultOf: () => Promise<string | null> | string | null;
}

interface Answer {
  status: number;
  type?: string;
  body: string;
  retryAfterS?: number;
}

/**
 * `/livez`: the process answers. `/readyz`: it may be sent work, else 503 says why not. `/metrics`:
 * Prometheus' text format, for the API token. Leaves every other path to others.
 */
export function createStatusHandler(options: Options): HttpHandler {
  const answers: Record<string, (request: IncomingMessage) => Promise<Answer>> = {
    '/livez': async () => said(200, { ok: true }),
    '/readyz': async () => {
      const detail = await options.faultOf();
      return detail === null ? said(200, { ok: true }) : said(503, { detail });
    },
  };
  const { metrics } = options;
  if (metrics) answers['/metrics'] = (request) => metricsAnswer(options, metrics, request);
  return (request, response) => {
    const path = request.url?.split('?', 1)[0] ?? '';
    const answer = Object.hasOwn(answers, path) ? answers[path] : undefined;
    if (!answer || !['GET', 'HEAD'].includes(request.method ?? '')) return false;
    answer(request)
      .catch(() => said(503, { detail: 'the database does not answer' }))
      .then((made) => send(response, made));
    return true;
  };
}

async function metricsAnswer(
  options: Options,
  metrics: MetricsSource,
  request: IncomingMessage,
): Promise<Answer> {
  const refusal = options.areMetricsPublic ? null : await refusalOf(options, request);
  if (refusal) return refusal;
  return { status: 200, type: metrics.contentType, body: await metrics.metrics() };
}

/** Null if the request carries the API token and its address isn't blocked. */
async function refusalOf(options: Options, request: IncomingMessage) {
  const { badTokens, trustedProxies } = options;
  const sent = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
  const needed = said(401, { detail: 'send the API token as Authorization: Bearer <token>' });
  if (!sent) return needed;
  const address = callerKeyOf(request, trustedProxies);
  const secondsLeft = badTokens.blockedForS(address);
  if (secondsLeft > 0) {
    const detail = 'too many failed attempts; try again later';
    return { ...said(429, { detail }), retryAfterS: Math.ceil(secondsLeft) };
  }
  if (await isApiToken(options, sent)) return null;
  await badTokens.recordFailure(address);
  return needed;
}

async function isApiToken({ db, givenToken }: Options, sent: string): Promise<boolean> {
  const token = await readToken(db, 'apiToken', givenToken);
  return token !== null && timingSafeEqual(digest(sent), digest(token));
}

/** Null where the database answers, else why it doesn't. */
export async function databaseFault(db: Database): Promise<string | null> {
  try {
    await pingDatabase(db);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : 'The database does not answer.';
  }
}

function said(status: number, body: object): Answer {
  return { status, body: JSON.stringify(body) };
}

function send(response: ServerResponse, answer: Answer): void {
  const { status, type = 'application/json', body, retryAfterS } = answer;
  if (retryAfterS !== undefined) response.setHeader('retry-after', retryAfterS);
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
