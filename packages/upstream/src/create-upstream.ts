import { lookup } from 'node:dns';
import type { Socket } from 'node:net';
import {
  applyHeaderRules,
  type Exchange,
  type HeaderRule,
  noKeyYet,
  type PathRule,
  parseHeaderRule,
  parsePathRule,
  pathOn,
  setPathOf,
  type UpstreamRequest,
  type UpstreamTarget,
} from '@api-monitor/core';
import type { Dispatcher } from 'undici';
import type { AnswerHandler, AnswerSource } from './answer/answer-handler.ts';
import { CollectedAnswer, type ExchangeOptions } from './answer/collected-answer.ts';
import { DecodedAnswer } from './answer/decoded-answer.ts';
import { AnswerFault } from './answer/describe-fault.ts';
import { FollowedAnswer } from './answer/followed-answer.ts';
import { ReceivedAnswer } from './answer/received-answer.ts';
import { endOfCertificate } from './connect/end-of-certificate.ts';
import { type AllowPrivate, createAddressGuard } from './connect/guard-address.ts';
import { noProxies, type ProxyDefaults } from './connect/proxy/choose-proxy.ts';
import { shareLookups } from './connect/share-lookups.ts';
import { createConnections, type TargetConnections } from './connect/target-connections.ts';
import { asUndiciBody, type OutgoingBody, type SentBody, sentBodyOf } from './outgoing-body.ts';

export interface UpstreamOptions {
  allowPrivate: AllowPrivate;
  /** For targets without a proxy of their own. */
  proxies?: ProxyDefaults;
  connectTimeoutMs?: number;
  /** The entry of `Via` that signs every request, so that a loop is recognised. */
  via: string;
}

/** A request with its body as bytes; the target's key and our entry of `Via` are added. */
export interface DispatchRequest extends Omit<UpstreamRequest, 'headers' | 'body'> {
  /** Alternating names and values. */
  headers: readonly string[];
  /** As the client sent them, from which a target may want some. */
  clientHeaders?: readonly string[];
  body: OutgoingBody | null;
  /** Called for each HTTP request: also for one that follows a redirect, or is sent once more. */
  onSend?: () => void;
}

/** A probe's exchange, and how many HTTP requests it took. */
export type SentExchange = Exchange & { requests: number };

export interface Upstream {
  /**
   * Sends a request and returns its whole answer. Never throws for what the target does; throws if
   * `signal` aborts.
   */
  exchange(
    target: UpstreamTarget,
    request: UpstreamRequest,
    options: ExchangeOptions,
  ): Promise<SentExchange>;
  /**
   * Sends a request; its answer goes to the handler as it comes, decompressed and with redirects followed.
   */
  dispatch(target: UpstreamTarget, request: DispatchRequest, handler: AnswerHandler): AnswerSource;
  /** Opens a connection for a protocol other than HTTP. Rejects with an error for `describeFault`. */
  open(target: UpstreamTarget, request: OpenRequest): Promise<OpenedConnection>;
  /**
   * When the target's TLS certificate ends, in Unix seconds, read from a new connection; null if it has none.
   * Rejects with an error for `describeFault`.
   */
  certificateEnd(target: UpstreamTarget, signal: AbortSignal): Promise<number | null>;
  /** Forgets a target's connections, after it changed or was deleted. */
  forget(targetId: number): void;
  /** Ends every connection at once. */
  close(): Promise<void>;
}

/** A request to change the protocol of a new connection. */
export interface OpenRequest {
  /** Below the target's base URL, with its query. */
  path: string;
  model?: string;
  /** Alternating names and values; the target's key and our entry of `Via` are added. */
  headers: readonly string[];
  /** As the client sent them, from which a target may want some. */
  clientHeaders?: readonly string[];
}

/** A connection on which the caller sends the request itself. */
export interface OpenedConnection {
  socket: Socket;
  /** Of the target, with the scheme `http` or `https`. */
  url: URL;
  /** Alternating names and values. */
  headers: readonly string[];
}

/** What requests to one target share. */
interface TargetAccess {
  connections: TargetConnections;
  origin: string;
  basePath: string;
  paths: readonly PathRule[];
  bearer: string;
  /** Why the key can't be sent; null if it can. */
  keyFault: 'NO_KEY' | 'UNSENDABLE_KEY' | null;
  rules: readonly HeaderRule[];
}

// Some relays are behind filters that reject clients that don't look like a browser.
const probeHeaders = {
  'user-agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  accept: 'application/json, text/event-stream, */*',
  'accept-encoding': 'gzip, deflate, br, zstd',
  'accept-language': 'en-US,en;q=0.9',
};

const unsent: AnswerSource = { pause() {}, resume() {}, abort() {} };

/** Creates the client that all requests to targets use; the caller closes it. */
export function createUpstream({
  allowPrivate,
  proxies = noProxies,
  connectTimeoutMs = 15_000,
  via,
}: UpstreamOptions): Upstream {
  const guard = createAddressGuard(allowPrivate);
  const shared = shareLookups(lookup);
  const connections = createConnections({ guard, lookup: shared, proxies, connectTimeoutMs });
  const accesses = new WeakMap<UpstreamTarget, TargetAccess>();
  const accessTo = (target: UpstreamTarget): TargetAccess => {
    const known = accesses.get(target);
    if (known && !known.connections.kept.closed) return known;
    const access = { connections: connections.of(target), ...accessPartsOf(target) };
    accesses.set(target, access);
    return access;
  };

  const dispatch: Upstream['dispatch'] = (target, request, handler) => {
    const access = accessTo(target);
    if (access.keyFault) {
      handler.onFault(new AnswerFault(access.keyFault));
      return unsent;
    }
    const body = request.body ? sentBodyOf(request.body) : null;
    const options = optionsOf(access, target, request, body, via);
    const { method, onSend = () => {} } = request;
    const send = (path: string, to: AnswerHandler) => {
      const sent = path === options.path ? options : { ...options, path };
      return sendOn(access.connections, sent, { body, onSend }, to);
    };
    const asked = { method, origin: access.origin, path: options.path, send };
    return new DecodedAnswer(handler, (decoded) => new FollowedAnswer(decoded, asked));
  };

  return {
    exchange(target, request, options) {
      const { body } = request;
      const pieces = body === null ? null : { pieces: [Buffer.from(body)], hold: () => () => {} };
      let requests = 0;
      const onSend = () => {
        requests += 1;
      };
      const sent = { ...request, headers: headersOfProbe(request), body: pieces, onSend };
      const { signal } = options;
      return new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const onAbort = () => {
          answer.abort();
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        const answer = new CollectedAnswer(
          options,
          (collector) => dispatch(target, sent, collector),
          (exchange) => {
            signal?.removeEventListener('abort', onAbort);
            resolve({ ...exchange, requests });
          },
        );
      });
    },
    dispatch,
    async open(target, { path, model, headers, clientHeaders = [] }) {
      const access = accessTo(target);
      if (access.keyFault) throw new AnswerFault(access.keyFault);
      return {
        socket: await access.connections.open(),
        url: new URL(pathAt(access, path, model), access.origin),
        headers: [
          'authorization',
          access.bearer,
          ...applyHeaderRules(access.rules, headers, clientHeaders),
          'via',
          via,
        ],
      };
    },
    certificateEnd: (target, signal) => endOfCertificate(accessTo(target).connections, signal),
    forget: connections.forget,
    close: connections.close,
  };
}

/** Alternating names and values, without the key. */
function headersOfProbe({ headers, body }: UpstreamRequest): string[] {
  const type = body === null ? {} : { 'content-type': 'application/json' };
  return Object.entries({ ...probeHeaders, ...type, ...headers }).flat();
}

function sendOn(
  { kept, fresh, bytesReadBefore }: TargetConnections,
  options: Dispatcher.DispatchOptions,
  { body, onSend }: { body: SentBody | null; onSend: () => void },
  handler: AnswerHandler,
): AnswerSource {
  const answer = new ReceivedAnswer(handler, {
    bytesReadBefore,
    sendAgain(to) {
      onSend();
      fresh.dispatch(options, to);
    },
    onOver: () => body?.release(),
  });
  onSend();
  kept.dispatch(options, answer);
  return answer;
}

function keyFaultOf(apiKey: string): TargetAccess['keyFault'] {
  if (apiKey === noKeyYet) return 'NO_KEY';
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(apiKey) ? null : 'UNSENDABLE_KEY';
}

function accessPartsOf(target: UpstreamTarget): Omit<TargetAccess, 'connections'> {
  const { baseUrl, apiKey } = target;
  const { origin, pathname } = new URL(baseUrl);
  return {
    origin,
    basePath: pathname.replace(/\/$/, ''),
    paths: target.paths.map(parsePathRule),
    bearer: `Bearer ${apiKey}`,
    rules: rulesOf(target),
    // What a header's value may hold (RFC 9110, 5.5).
    keyFault: keyFaultOf(apiKey),
  };
}

function optionsOf(
  access: TargetAccess,
  target: UpstreamTarget,
  { method, path, model, headers, clientHeaders = [], keyHeader }: DispatchRequest,
  body: SentBody | null,
  via: string,
): Dispatcher.DispatchOptions {
  const { bearer, rules } = access;
  const key = keyHeader ? [keyHeader, target.apiKey] : [];
  const length = body ? ['content-length', String(body.length)] : [];
  return {
    method,
    path: pathAt(access, path, model),
    // `Via` comes last: an intermediary's entry follows those that it received (RFC 9110, 7.6.3).
    headers: [
      'authorization',
      bearer,
      ...key,
      ...applyHeaderRules(rules, headers, clientHeaders),
      'via',
      via,
      ...length,
    ],
    body: body ? asUndiciBody(body.content) : null,
  };
}

/** Where a target has what is usually at this path below its base URL. */
function pathAt(
  { basePath, paths }: TargetAccess,
  path: string,
  model: string | undefined,
): string {
  return setPathOf(paths, path, model ?? null) ?? pathOn(basePath, path);
}

/** What a target wants changed in the headers of every request. */
function rulesOf({ userAgent, headers }: UpstreamTarget): HeaderRule[] {
  const rules = headers.map(parseHeaderRule);
  return userAgent === null ? rules : [{ name: 'user-agent', value: userAgent }, ...rules];
}
