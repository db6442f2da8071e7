import {
  type BalanceFault,
  type BalanceReading,
  type BalanceSource,
  balanceSources,
  type Exchange,
  type UpstreamRequest,
} from '@api-monitor/core';
import { type BalanceFailure, readBalanceAnswer } from './balance-answer.ts';
import type { BalanceEndpoint } from './balance-endpoint.ts';
import { billing } from './billing.ts';
import { deepSeek } from './deepseek.ts';
import { moonshot } from './moonshot.ts';
import { newApi } from './new-api.ts';
import { openRouter } from './openrouter.ts';
import { siliconFlow } from './siliconflow.ts';
import { sub2api } from './sub2api.ts';

const endpoints: Record<BalanceSource, BalanceEndpoint> = {
  sub2api,
  new_api: newApi,
  billing,
  openrouter: openRouter,
  deepseek: deepSeek,
  siliconflow: siliconFlow,
  moonshot,
};

/** Vendors, by their hosts, and the endpoint that each has; null: none that takes an API key. */
const vendors: readonly [RegExp, BalanceSource | null][] = [
  [/(^|\.)openrouter\.ai$/, 'openrouter'],
  [/(^|\.)deepseek\.com$/, 'deepseek'],
  [/(^|\.)siliconflow\.(cn|com)$/, 'siliconflow'],
  [/(^|\.)moonshot\.(cn|ai)$/, 'moonshot'],
  [
    /(^|\.)(openai|anthropic|googleapis|azure|amazonaws|groq|mistral|cohere|together|perplexity)\.(com|ai|xyz)$/,
    null,
  ],
  [
    /(^|\.)(x\.ai|bigmodel\.cn|z\.ai|aliyuncs\.com|volces\.com|baidubce\.com|tencentcloudapi\.com)$/,
    null,
  ],
];

/** The endpoints that may answer at this address, in the order to ask; none at vendors that have none. */
export function balanceSourcesAt(baseUrl: string): readonly BalanceSource[] {
  const host = hostOf(baseUrl);
  const vendor = vendors.find(([pattern]) => pattern.test(host));
  if (!vendor) return balanceSources;
  return vendor[1] === null ? [] : [vendor[1]];
}

function hostOf(baseUrl: string): string {
  return URL.parse(baseUrl)?.hostname.toLowerCase() ?? '';
}

/** How far the search has come. */
export interface BalanceSearch {
  host: string;
  nowS: number;
  /** Still to be asked; the first one is being asked. */
  sources: readonly BalanceSource[];
  /** What answered last time; null: not known. */
  known: BalanceSource | null;
  /** What the first source has answered so far. */
  answers: readonly unknown[];
  failures: readonly BalanceFailure[];
  /** A key without a limit, whose account may have one. */
  unlimited: BalanceReading | null;
}

export type BalanceResult =
  | { ok: true; reading: BalanceReading }
  | { ok: false; fault: BalanceFault; message: string };

/** After one more exchange there is another request to send, or the result. */
export type BalanceStep =
  | { done: false; state: BalanceSearch }
  | { done: true; result: BalanceResult };

interface SearchStart {
  baseUrl: string;
  /** What answered last time; null: not known. */
  known: BalanceSource | null;
  nowS: number;
}

/** Begins with what answered last time. It is over at once at a vendor that has no endpoint. */
export function startBalanceSearch({ baseUrl, known: remembered, nowS }: SearchStart): BalanceStep {
  const all = balanceSourcesAt(baseUrl);
  const known = all.find((source) => source === remembered) ?? null;
  const sources = known ? [known, ...all.filter((source) => source !== known)] : all;
  const start = { host: hostOf(baseUrl), nowS, known, answers: [], failures: [], unlimited: null };
  return askNext({ ...start, sources });
}

/** The request to send next, and whether its path is the origin's rather than below the base URL. */
export function balanceRequest({ sources, answers, nowS }: BalanceSearch) {
  const [source = 'sub2api'] = sources;
  const { path, isAtRoot } = endpoints[source].requests[answers.length] ?? noRequest;
  return { request: getRequest(path(nowS)), isAtRoot };
}

const noRequest = { path: () => '/', isAtRoot: true };

/** A request for JSON about money, which has nothing but the key. */
export function getRequest(path: string): UpstreamRequest {
  const headers = { accept: 'application/json' };
  return { method: 'GET', path, headers, keyHeader: null, body: null };
}

/** What follows from the answer to `balanceRequest`. */
export function nextBalanceStep(state: BalanceSearch, exchange: Exchange): BalanceStep {
  const [source] = state.sources;
  if (!source) return askNext(state);
  const answer = readBalanceAnswer(exchange);
  if (!answer.ok) {
    // Not now says nothing about the endpoint, and asking for others would only disturb.
    const isOver = answer.fault === 'unreachable' || answer.fault === 'busy';
    if (isOver || (state.answers.length > 0 && answer.fault === 'failed')) return failed(answer);
    if (state.answers.length === 0) return afterFailure(state, answer);
  }
  const answers = [...state.answers, answer.ok ? answer.json : undefined];
  const { read, requests } = endpoints[source];
  const reading = read(answers, state.host);
  if (!reading) {
    const message = `the answer for ${requests[0]?.path(state.nowS)} has another form`;
    return afterFailure(state, { ok: false, fault: 'absent', message });
  }
  if (answers.length < requests.length) return { done: false, state: { ...state, answers } };
  return afterReading(state, reading);
}

/** The account of a key without a limit may have one, which the billing endpoints say on some sites. */
function afterReading(state: BalanceSearch, reading: BalanceReading): BalanceStep {
  const before = state.unlimited;
  if (reading.source === 'new_api' && reading.amount === null && !before) {
    return askNext({ ...state, sources: ['billing'], answers: [], unlimited: reading });
  }
  return found(before && reading.amount === null ? before : reading);
}

function afterFailure(state: BalanceSearch, failure: BalanceFailure): BalanceStep {
  const failures = [...state.failures, failure];
  const isKnown = state.known === state.sources[0] && state.unlimited === null;
  if (isKnown && failure.fault !== 'absent') return failed(failure);
  return askNext({ ...state, sources: state.sources.slice(1), answers: [], failures });
}

function askNext(state: BalanceSearch): BalanceStep {
  if (state.sources.length > 0) return { done: false, state };
  if (state.unlimited) return found(state.unlimited);
  const { failures } = state;
  // Who refuses a key, or fails, may have a balance; who has no such endpoint has none.
  const telling =
    failures.find(({ fault }) => fault === 'refused') ??
    failures.find(({ fault }) => fault === 'failed') ??
    failures[0];
  return failed(telling ?? { fault: 'absent', message: 'this provider tells no balance by key' });
}

function found(reading: BalanceReading): BalanceStep {
  return { done: true, result: { ok: true, reading } };
}

function failed({ fault, message }: Pick<BalanceFailure, 'fault' | 'message'>): BalanceStep {
  return { done: true, result: { ok: false, fault, message } };
}
