import type { IncomingMessage } from 'node:http';
import { isOfChannel, type Judgement, type ProxyAttempt, type Trail } from '@api-monitor/core';
import type { BoardKey, BoardModel, BoardTargetKey } from '../../board/board.ts';
import type { GatewayError } from '../../dialects/gateway-error.ts';
import {
  type AttemptEnd,
  answered,
  attemptRecord,
  findingOf,
  isLoop,
  nothingShown,
} from '../../forward/attempts/attempt-end.ts';
import { createPlaces } from '../../forward/attempts/places.ts';
import { KeyMask } from '../../forward/key-mask.ts';
import { upstreamHeaders } from '../../forward/request-headers.ts';
import type { GatewayDeps } from '../../gateway-deps.ts';
import { patienceEndOf, upstreamQuery } from '../../handle-forward.ts';
import type { Arrival } from '../../records/arrival.ts';
import type { Endpoint } from '../../request/match-route.ts';
import type { Choice } from '../../request/resolve-candidates.ts';
import { protocolsOf, realProtocols } from '../subprotocols.ts';
import { type Dialed, dialChannel } from './dial-channel.ts';

interface Given {
  request: IncomingMessage;
  arrival: Arrival;
  endpoint: Endpoint;
  key: BoardKey;
  trail: Trail;
  query: URLSearchParams | null;
  maxPayload: number;
  signal: AbortSignal;
}

export type OpenChannel = Extract<Dialed, { kind: 'open' }>;

/** The channel that opened a WebSocket; if none did, the last one tried and the error for the client. */
export type Found = {
  entry: BoardModel | null;
  attempts: ProxyAttempt[];
} /** `give`: its place at the channel, once the session has ended. */ & (
  | { channel: OpenChannel; give: () => void }
  | { channel: null; error: GatewayError }
);

/** Asks one channel after the other to open a WebSocket. */
export async function findChannel(
  deps: GatewayDeps,
  given: Given,
  choices: readonly Choice[],
): Promise<Found> {
  const { key, arrival, signal } = given;
  const places = createPlaces(deps, {
    ...{ choices, keyId: key.id, route: 'realtime', endsAtMs: patienceEndOf(deps, arrival) },
    whileClientWaits: (wait) => wait(signal),
  });
  const attempts: ProxyAttempt[] = [];
  let last: { entry: BoardModel; dialed: Exclude<Dialed, { kind: 'open' }> } | null = null;
  while (!signal.aborted) {
    const place = await places.next();
    if (place.kind === 'full') return { entry: null, attempts, channel: null, error: place.error };
    if (place.kind !== 'place') break;
    const { give } = place;
    const { entry } = place.choice;
    const made = await attempt(deps, given, entry, place.key).catch((error: unknown) => {
      give();
      throw error;
    });
    const { dialed } = made;
    attempts.push(made.record);
    if (dialed.kind === 'open') return { entry, attempts, channel: dialed, give };
    give();
    last = { entry, dialed };
    const { judgement } = dialed;
    if (isOfChannel(judgement) && place.hasOtherKey()) places.changeKey(place);
    else if (place.isLast || !judgement.may_another_serve) break;
  }
  const error = last ? refusalError(last.entry, last.dialed) : allRest;
  return { entry: last?.entry ?? null, attempts, channel: null, error };
}

async function attempt(deps: GatewayDeps, given: Given, entry: BoardModel, key: BoardTargetKey) {
  const { live, nowS } = deps;
  const beganAt = nowS();
  const isTrial = live.begin(entry, 'realtime', given.key.id) === 'trial';
  const dialed = await dial(deps, given, entry, key);
  const end = endOf(dialed, given);
  const found = findingOf(given.endpoint, end, { beganAt, endedAt: nowS() }, key);
  const finding = live.take(entry, found, given.key.id);
  if (isTrial) live.endTrial(entry, 'realtime');
  return { dialed, record: attemptRecord(entry, end, finding, key) };
}

function dial(
  { headerNames, nowS, open }: GatewayDeps,
  { request, endpoint, trail, query, maxPayload, signal }: Given,
  { target, model }: BoardModel,
  { upstream }: BoardTargetKey,
): Promise<Dialed> {
  const { rawHeaders, headers } = request;
  const sent = upstreamHeaders(
    rawHeaders,
    target.anthropic_version,
    endpoint,
    trail,
    headerNames.forwardedNameOf,
  );
  const path = endpoint.upstreamPath + queryWith(query, model);
  return dialChannel({
    open: () => open(upstream, { path, model, headers: sent, clientHeaders: rawHeaders }),
    keyMask: new KeyMask(upstream),
    protocols: realProtocols(protocolsOf(headers)),
    timeoutMs: target.timeout_s * 1000,
    ...{ maxPayload, signal, nowS },
  });
}

/** The client's query with the channel's name of the model, and without what is the gateway's. */
function queryWith(query: URLSearchParams | null, model: string): string {
  const sent = new URLSearchParams(query ?? '');
  sent.set('model', model);
  return upstreamQuery(sent);
}

function endOf(dialed: Dialed, { signal, trail }: Given): AttemptEnd {
  const parts = { firstTokenS: null, saidEnd: null, isSilent: false, isUnreached: false } as const;
  if (dialed.kind === 'open') {
    return { ...parts, kind: 'whole', status: 101, judgement: answered, retryAfterS: null };
  }
  const { status, judgement, retryAfterS, isUnreached } = dialed;
  if (signal.aborted) {
    return {
      ...parts,
      kind: 'client_left',
      status: null,
      judgement: nothingShown,
      retryAfterS: null,
    };
  }
  // If another monitor sent this, the loop may be that monitor's.
  const isSendersLoop = isLoop({ status }) && trail.otherMonitors > 0;
  const shown = isSendersLoop ? nothingShown : judgement;
  return { ...parts, kind: 'retriable', status, judgement: shown, retryAfterS, isUnreached };
}

/** Statuses of a channel that are the client's own; any other is the channel's fault. */
const passedStatuses = [400, 403, 404, 429] as const;

function refusalError(
  { target, model }: BoardModel,
  {
    status,
    judgement,
    retryAfterS,
  }: { status: number | null; judgement: Judgement; retryAfterS: number | null },
): GatewayError {
  const passed = passedStatuses.find((one) => one === status);
  const ownStatus = judgement.kind === 'timeout' ? 504 : 502;
  const message = `${target.name}/${model} opened no WebSocket: ${judgement.message ?? `HTTP ${status}`}`;
  const error = { status: passed ?? ownStatus, code: 'websocket_refused', message } as const;
  return retryAfterS === null ? error : { ...error, retryAfterS: Math.ceil(retryAfterS) };
}

const allRest: GatewayError = {
  ...{ status: 503, code: 'no_channel', retryAfterS: 1 },
  message: 'every channel of this model rests after failures',
};
