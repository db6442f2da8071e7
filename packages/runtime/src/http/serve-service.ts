import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { badTokens, createFailureLimiter } from '@api-monitor/bus';
import { isGuessable } from '@api-monitor/core';
import { type Database, pingDatabase, readToken } from '@api-monitor/db';
import { apiTokenOf, type ServiceEnv } from '../env/service-env.ts';
import { groupMetrics } from '../process/process-group.ts';
import type { Service } from '../process/run-service.ts';
import { callerKeyOf } from './client-address.ts';
import {
  type BadRequestHandler,
  type HttpHandler,
  sendDetail,
  serveHttp,
  type UpgradeHandler,
} from './serve-http.ts';

interface Options {
  port: number;
  /** `BASE_PATH`. */
  basePath?: string;
  /** The service's own requests; without it there are only the status endpoints. */
  handle?: HttpHandler;
  /** Answers bad requests in the service's own format. */
  refuse?: BadRequestHandler;
  upgrades?: UpgradeHandler;
  /** Null if the service is ready for work, else why not. By default: whether the database answers. */
  faultOf?: () => Promise<string | null> | string | null;
  /** False if the service answers `/metrics` itself. */
  hasMetrics?: boolean;
}

interface Answer {
  status: number;
  type?: string;
  body: string;
  retryAfterS?: number;
}

/**
 * Serves the service's requests on `port`, and its status: `/livez` (the process answers), `/readyz` (503
 * with the reason if it isn't ready for work) and `/metrics` (Prometheus' text format, for the API token).
 * On shutdown it is not ready and stops keep-alive for `DRAIN_DELAY_S` before the port closes, so that
 * load balancers move away first.
 */
export async function serveService(
  service: Service,
  env: ServiceEnv,
  {
    port,
    basePath,
    handle = () => false,
    refuse,
    upgrades,
    faultOf = () => databaseFault(service.db),
    hasMetrics = true,
  }: Options,
): Promise<void> {
  const { logger, shutdown } = service;
  let isDraining = false;
  const answers: Record<string, (request: IncomingMessage) => Promise<Answer>> = {
    '/livez': async () => json(200, { ok: true }),
    '/readyz': async () => {
      const detail = isDraining ? 'shutting down' : await faultOf();
      return detail === null ? json(200, { ok: true }) : json(503, { detail });
    },
    ...(hasMetrics && { '/metrics': metricsAnswer(service, env) }),
  };
  const answerStatus: HttpHandler = (request, response) => {
    const path = request.url?.split('?', 1)[0] ?? '';
    const answer = Object.hasOwn(answers, path) ? answers[path] : undefined;
    if (!answer || !['GET', 'HEAD'].includes(request.method ?? '')) return false;
    answer(request)
      .catch(() => json(503, { detail: 'the database does not answer' }))
      .then((made) => send(response, made));
    return true;
  };
  const server = await serveHttp({
    port,
    basePath,
    host: env.HOST,
    refuse,
    upgrades,
    trustedProxies: env.TRUSTED_PROXIES,
    logger,
    listener(request, response) {
      if (answerStatus(request, response) || handle(request, response)) return;
      sendDetail(response, 404, 'not found');
    },
  });
  shutdown.onClose('server', () => server.close(env.DRAIN_TIMEOUT_S * 1000));
  shutdown.onClose('drain', async () => {
    isDraining = true;
    server.stopKeepAlive();
    await pause(env.DRAIN_DELAY_S * 1000);
  });
  logger.info({ port: server.port }, 'listening');
}

/** Null if the database answers, else why not. */
async function databaseFault(db: Database): Promise<string | null> {
  try {
    await pingDatabase(db);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : 'The database does not answer.';
  }
}

/**
 * Counts guesses of the API token by address, together with the api. A right token that nobody can guess is
 * accepted from a blocked address too.
 */
function metricsAnswer({ db, bus, metrics: registry, now }: Service, env: ServiceEnv) {
  const metrics = groupMetrics(registry);
  const limiter = createFailureLimiter({ ...badTokens, sums: bus.sums, now });

  const isApiToken = async (sent: string): Promise<boolean> => {
    const token = await readToken(db, 'apiToken', apiTokenOf(env));
    return token !== null && timingSafeEqual(digest(sent), digest(token));
  };
  /** Null if the request may see the metrics. */
  const refusalOf = async (request: IncomingMessage): Promise<Answer | null> => {
    if (env.METRICS_PUBLIC) return null;
    const sent = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
    const needed = json(401, { detail: 'send the API token as Authorization: Bearer <token>' });
    if (!sent) return needed;
    const isRight = await isApiToken(sent);
    if (isRight && !isGuessable(sent)) return null;
    const address = callerKeyOf(request, env.TRUSTED_PROXIES);
    const secondsLeft = limiter.blockedForS(address);
    if (secondsLeft > 0) {
      const detail = 'too many failed attempts; try again later';
      return { ...json(429, { detail }), retryAfterS: Math.ceil(secondsLeft) };
    }
    if (isRight) return null;
    await limiter.recordFailure(address);
    return needed;
  };
  return async (request: IncomingMessage): Promise<Answer> =>
    (await refusalOf(request)) ?? {
      status: 200,
      type: metrics.contentType,
      body: await metrics.metrics(),
    };
}

function json(status: number, body: object): Answer {
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
