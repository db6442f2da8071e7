import type { ProxyRequest, RefusedFor } from '@api-monitor/core';
import { Counter, createTally, Gauge, Histogram, type Registry } from '@api-monitor/runtime';
import type { LiveEvidence } from './board/live-evidence.ts';

const seconds = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300];

const tokenClasses = [
  ['input', 'input_tokens'],
  ['output', 'output_tokens'],
  ['cached_input', 'cached_input_tokens'],
  ['cache_write', 'cache_write_tokens'],
  ['cache_write_1h', 'cache_write_1h_tokens'],
  ['reasoning', 'reasoning_tokens'],
  ['audio_input', 'audio_input_tokens'],
  ['audio_output', 'audio_output_tokens'],
  ['image_input', 'image_input_tokens'],
  ['image_output', 'image_output_tokens'],
] as const;

interface Sources {
  live: Pick<LiveEvidence, 'restingCount'>;
  boardAgeS: () => number;
}

export type GatewayMetrics = ReturnType<typeof createGatewayMetrics>;

/** Registers what the gateway measures. */
export function createGatewayMetrics(registry: Registry, { live, boardAgeS }: Sources) {
  const registers = [registry];
  const countRequests = createTally({
    name: 'api_monitor_gateway_requests_total',
    help: 'Requests by route and class of the status that the client got',
    labelNames: ['route', 'outcome'],
    registers,
  });
  const countAttempts = createTally({
    name: 'api_monitor_gateway_attempts_total',
    help: 'Attempts at channels by outcome',
    labelNames: ['outcome'],
    registers,
  });
  const byRoute = { labelNames: ['route'] as const, buckets: seconds, registers };
  const firstByte = new Histogram({
    name: 'api_monitor_gateway_first_byte_seconds',
    help: 'From the request to the first byte of its answer',
    ...byRoute,
  });
  const duration = new Histogram({
    name: 'api_monitor_gateway_duration_seconds',
    help: 'From the request to the end of its answer',
    ...byRoute,
  });
  const dropped = new Counter({
    name: 'api_monitor_gateway_records_dropped_total',
    help: 'Records dropped because their buffer was full',
    registers,
  });
  const countTokens = createTally({
    name: 'api_monitor_gateway_tokens_total',
    help: 'Tokens by class; all but input and output are parts of them, cache_write_1h of cache_write',
    labelNames: ['class'],
    registers,
  });
  const countCost = createTally({
    name: 'api_monitor_gateway_cost_total',
    help: 'What requests cost, by channel, in the unit of the prices',
    labelNames: ['channel'],
    registers,
  });
  const unpriced = new Counter({
    name: 'api_monitor_gateway_unpriced_requests_total',
    help: 'Requests whose cost is unknown, because their model has no price or they reported no tokens',
    registers,
  });
  const refused = new Counter({
    name: 'api_monitor_gateway_refused_total',
    help: 'Requests refused before they had a key and an endpoint or for their budget, by reason',
    labelNames: ['reason'],
    registers,
  });
  new Gauge({
    name: 'api_monitor_gateway_breakers_open',
    help: 'Routes of models that rest after failures',
    registers,
    collect() {
      this.set(live.restingCount());
    },
  });
  new Gauge({
    name: 'api_monitor_gateway_board_age_seconds',
    help: 'Time since the board was last known to be up to date',
    aggregator: 'max',
    registers,
    collect() {
      this.set(boardAgeS());
    },
  });
  return {
    /** Registers how many WebSockets are open, which `size` returns. */
    watchWebSockets(size: () => number): void {
      new Gauge({
        name: 'api_monitor_gateway_websockets_open',
        help: 'Open WebSockets of clients',
        registers,
        collect() {
          this.set(size());
        },
      });
    },
    requestEnded(request: ProxyRequest): void {
      const { route, status } = request;
      const outcome = status === 499 ? 'client_left' : `${Math.floor(status / 100)}xx`;
      countRequests(1, route, outcome);
      for (const attempt of request.attempts) countAttempts(1, attempt.error_kind ?? 'answered');
      if (request.first_byte_s !== null) firstByte.observe({ route }, request.first_byte_s);
      duration.observe({ route }, request.duration_s);
      for (const [tokenClass, name] of tokenClasses) {
        const count = request[name];
        if (count) countTokens(count, tokenClass);
      }
      if (request.cost === null) unpriced.inc();
      else if (request.cost > 0) countCost(request.cost, request.target_name ?? '');
    },
    recordsDropped: (count: number) => dropped.inc(count),
    /** Counts a request that was refused without asking a channel. */
    requestRefused: (reason: RefusedFor) => refused.inc({ reason }),
  };
}
