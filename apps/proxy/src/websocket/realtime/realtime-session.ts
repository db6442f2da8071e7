import type { Duplex } from 'node:stream';
import { noUse, type RefusedFor, type Trail } from '@api-monitor/core';
import type { WebSocket } from 'ws';
import type { BoardKey } from '../../board/board.ts';
import { refusedByBudget, takeBudget, useOfRecord } from '../../budgets/request-use.ts';
import type { GatewayError } from '../../dialects/gateway-error.ts';
import { KeyMask } from '../../forward/key-mask.ts';
import type { GatewayDeps } from '../../gateway-deps.ts';
import { addRecord, limitError, pinnedTargetIdOf } from '../../handle-forward.ts';
import type { Arrival } from '../../records/arrival.ts';
import type { RequestSize } from '../../records/tokens-to-count.ts';
import type { Endpoint } from '../../request/match-route.ts';
import { sendError } from '../../send-error.ts';
import { acceptUpgrade, type Upgrade } from '../accept-upgrade.ts';
import { ArrivingBytes } from '../arriving-bytes.ts';
import { closeCodes, type OpenSocket } from '../open-sockets.ts';
import { protocolsOf, realProtocols } from '../subprotocols.ts';
import { EarlyBytes } from './early-bytes.ts';
import { type Found, findChannel, type OpenChannel } from './find-channel.ts';
import { FrameMask, maskedPayload } from './frame-mask.ts';
import { passFrames } from './pass-frames.ts';
import { SessionEvents } from './session-events.ts';

export interface RealtimeOptions {
  upgrade: Upgrade;
  arrival: Arrival;
  endpoint: Endpoint;
  key: BoardKey;
  keyHash: string;
  trail: Trail;
  query: URLSearchParams | null;
}

/** OpenAI's limit for audio in one event is 15 MB. */
const longestFrame = 16 * 1024 ** 2;

interface Legs {
  client: WebSocket;
  channel: WebSocket;
}

/**
 * One live session: a WebSocket of a client that is passed through to one channel, from its upgrade to its
 * record. Until a channel has opened its own, the client has no answer, and another channel may serve.
 */
export class RealtimeSession implements OpenSocket {
  readonly #deps: GatewayDeps;
  readonly #options: RealtimeOptions;
  readonly #events = new SessionEvents();
  readonly #gone = new AbortController();
  readonly #early: EarlyBytes;
  #legs: Legs | null = null;
  #lastMessageAtMs = performance.now();
  #firstByteAtMs: number | null = null;
  /** By the limits of its key. */
  #isAdmitted = false;
  #sentBytes = 0;
  #receivedBytes = 0;
  #status = 200;
  #error: string | null = null;
  #ending: { code: number; reason: string } | null = null;
  readonly keyHash: string;

  constructor(deps: GatewayDeps, options: RealtimeOptions) {
    this.#deps = deps;
    this.#options = options;
    this.keyHash = options.keyHash;
    const { request, head } = options.upgrade;
    request.socket.once('close', () => this.#gone.abort());
    this.#early = new EarlyBytes(request.socket, head);
  }

  end(code: number, reason: string): void {
    if (!this.#legs) {
      this.#options.upgrade.request.socket.destroy();
      return;
    }
    this.#legs.client.close(code, reason);
    this.#legs.channel.close(closeCodes.normal);
  }

  endSoon(code: number, reason: string): void {
    this.#ending ??= { code, reason };
    if (!this.#events.isAnswering) this.end(code, reason);
  }

  tick(nowMs: number): void {
    const { idleTimeoutMs } = this.#deps;
    if (!this.#legs || nowMs - this.#lastMessageAtMs < idleTimeoutMs) return;
    const { client, channel } = this.#legs;
    // A side that doesn't read would not get a close either.
    if (client.isPaused || channel.isPaused) {
      client.terminate();
      channel.terminate();
    } else this.end(closeCodes.goingAway, `nothing was sent for ${idleTimeoutMs / 1000} s`);
  }

  /** Runs the session to its end. Never rejects. */
  async run(): Promise<void> {
    const { keyLimits, resolve, logger } = this.#deps;
    const { key, query, upgrade } = this.#options;
    const model = query?.get('model') ?? '';
    if (model === '') return this.#refuse(noModel, model, null);
    const admission = keyLimits.take(key, () => 0);
    if (!admission.ok) return this.#refuse(limitError(admission), model, null);
    this.#isAdmitted = true;
    let budget: ReturnType<typeof takeBudget> | null = null;
    try {
      const resolution = resolve({
        ...{ key, model, route: 'realtime', conversationOf: () => null, carried: [] },
        pinnedTargetId: pinnedTargetIdOf({ request: upgrade.request, query }),
      });
      if (!resolution.ok) return this.#refuse(resolution.error, model, null);
      const { choices } = resolution;
      budget = takeBudget(this.#deps, { given: this.#options, choices, size: noSize });
      if (!budget.ok) {
        const error = refusedByBudget(this.#deps, budget.refusal);
        return this.#refuse(error, model, null, 'budget');
      }
      const { signal } = this.#gone;
      const given = { ...this.#options, request: upgrade.request, signal };
      const found = await findChannel(
        this.#deps,
        { ...given, maxPayload: longestFrame },
        budget.choices,
      );
      if (!found.channel) return this.#refuse(found.error, model, found);
      try {
        await this.#pass(found, found.channel);
      } finally {
        found.give();
      }
      const { usage } = this.#events;
      const tokens = (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0);
      admission.settle(tokens);
      const record = this.#record(this.#status, this.#error, model, found);
      budget.settle(useOfRecord(record));
    } catch (err) {
      logger.error({ err, request_id: this.#options.arrival.requestId }, 'a live session failed');
      this.end(closeCodes.internal, 'unexpected error in the gateway');
      this.#refuse(unexpected, model, null);
    } finally {
      admission.settle(0);
      if (budget?.ok) budget.settle(noUse);
    }
  }

  /** Passes frames in both directions until both sides are closed. */
  #pass({ entry }: Found, { webSocket: channel, socket }: OpenChannel): Promise<void> {
    const { upgrade, arrival } = this.#options;
    const protocols = protocolsOf(upgrade.request.headers);
    const protocol = channel.protocol || realProtocols(protocols)[0] || protocols[0] || null;
    const { requestId } = arrival;
    const client = acceptUpgrade(
      { ...upgrade, head: this.#early.take() },
      { requestId, protocol, maxPayload: longestFrame },
    );
    if (!client) {
      channel.terminate();
      this.#status = 499;
      return Promise.resolve();
    }
    this.#legs = { client, channel };
    this.#firstByteAtMs = performance.now();
    this.#countArriving(client, upgrade.request.socket);
    this.#countArriving(channel, socket);
    const target = entry?.target.upstream;
    const mask = target && new FrameMask(target);
    const memory = { budget: this.#deps.bodyBudget, onNoRoom: this.#onNoRoom };
    passFrames({
      ...memory,
      ...{ from: client, to: channel, onData: (data) => data, reasonOf: (reason) => reason },
      onMessage: (bytes) => {
        this.#lastMessageAtMs = performance.now();
        this.#sentBytes += bytes;
      },
    });
    passFrames({
      ...{ ...memory, from: channel, to: client },
      onData: (data, kind) => {
        if (kind === 'text') this.#events.read(data);
        if (!target || !mask) return data;
        return kind === 'control' ? maskedPayload(target, data) : mask.pass(data);
      },
      reasonOf: (reason) => (target ? new KeyMask(target).inText(reason) : reason),
      onMessage: (bytes) => {
        this.#lastMessageAtMs = performance.now();
        this.#receivedBytes += bytes;
        if (this.#ending) this.endSoon(this.#ending.code, this.#ending.reason);
      },
    });
    channel.resume();
    return this.#untilClosed(client, channel);
  }

  /** A message that hasn't arrived completely counts as a body in memory. */
  #countArriving(webSocket: WebSocket, socket: Duplex): void {
    const arriving = new ArrivingBytes(socket, this.#deps.bodyBudget, this.#onNoRoom);
    webSocket.on('message', () => arriving.settle());
    for (const event of ['ping', 'pong'] as const) {
      webSocket.on(event, (payload: Buffer) => arriving.passed(payload));
    }
  }

  #onNoRoom = (): void => this.end(closeCodes.tryLater, 'no memory left for this message');

  #untilClosed(client: WebSocket, channel: WebSocket): Promise<void> {
    let isDecided = false;
    const decide = (status: number, error: string | null) => {
      if (isDecided) return;
      isDecided = true;
      this.#status = status;
      this.#error = error;
    };
    const ended = [
      closeOf(client).then((code) => decide(code === 1006 ? 499 : 200, null)),
      closeOf(channel).then((code) => {
        const isBroken = code === 1006 || code === closeCodes.internal;
        decide(isBroken ? 502 : 200, isBroken ? 'the channel broke off' : null);
      }),
    ];
    return Promise.all(ended).then(() => {});
  }

  #refuse(
    error: GatewayError,
    model: string,
    found: Found | null,
    refusedFor: RefusedFor | null = null,
  ): void {
    const { upgrade, endpoint, arrival } = this.#options;
    const hasLeft = this.#gone.signal.aborted;
    sendError(upgrade.response, endpoint.dialect, error, arrival.requestId);
    const [status, message] = hasLeft ? [499, null] : [error.status, error.message];
    this.#record(status, message, model, found, refusedFor);
  }

  #record(
    status: number,
    error: string | null,
    requestedModel: string,
    found: Found | null,
    refusedFor: RefusedFor | null = null,
  ) {
    const pipe = {
      firstByteAtMs: this.#firstByteAtMs,
      ...{ usage: this.#events.usage, estimatedTokens: 0 },
      isEventStream: this.#legs !== null,
      responseBytes: this.#receivedBytes,
    };
    const forwarded = found && { entry: found.entry, attempts: found.attempts, status, pipe };
    const { arrival, key, endpoint } = this.#options;
    const parts = { arrival, key, endpoint, requestedModel, requestBytes: this.#sentBytes };
    const estimatedInput = this.#isAdmitted ? 0 : null;
    return addRecord(this.#deps, {
      ...parts,
      status,
      error,
      forwarded,
      estimatedInput,
      refusedFor,
    });
  }
}

function closeOf(webSocket: WebSocket): Promise<number> {
  return new Promise((resolve) => webSocket.once('close', resolve));
}

/** What a session will use is known only from its events. */
const noSize: RequestSize = {
  ...{ input: () => 0, output: () => 0, total: () => 0, knownInput: () => 0 },
};

const noModel: GatewayError = {
  ...{ status: 400, code: 'invalid_request', param: 'model' },
  message: 'the query must name a "model", such as ?model=gpt-realtime',
};

const unexpected: GatewayError = {
  ...{ status: 500, code: 'internal_error', message: 'unexpected error in the gateway' },
};
