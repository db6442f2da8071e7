import type { ChannelSlots } from '@api-monitor/bus';
import type { SecretBox } from '@api-monitor/db';
import type { Logger } from '@api-monitor/runtime';
import type { Upstream } from '@api-monitor/upstream';
import type { Affinity } from './board/affinity.ts';
import type { Board } from './board/board.ts';
import type { KeyLimits } from './board/key-limits.ts';
import type { LiveEvidence } from './board/live-evidence.ts';
import type { StateIssuers } from './board/state-issuers.ts';
import type { TargetKeys } from './board/target-keys.ts';
import type { KeyBudgets } from './budgets/key-budgets.ts';
import type { HeaderNames } from './forward/header-names.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import type { ObjectOwners } from './objects/object-owners.ts';
import type { RecordSink } from './records/record-sink.ts';
import type { RefusedRequests } from './records/refused-requests.ts';
import type { BodyBudget } from './request/body/read-request-body.ts';
import type { GuessGuard } from './request/guess-guard.ts';
import type { Ask, Resolution } from './request/resolve-candidates.ts';
import type { WebSocketOptions } from './websocket/open-sockets.ts';

/** What a request through the gateway needs; `createGateway` builds it once. */
export interface GatewayDeps {
  /** The same for all processes of this installation. */
  instanceId: string;
  board: Board;
  live: LiveEvidence;
  targetKeys: TargetKeys;
  affinity: Affinity;
  issuers: StateIssuers;
  objects: ObjectOwners;
  /** Seals what only the gateways may read. */
  secretBox: SecretBox;
  keyLimits: KeyLimits;
  keyBudgets: KeyBudgets;
  /** Keeps to the channels' bounds. */
  slots: ChannelSlots;
  guessGuard: GuessGuard;
  resolve: (ask: Ask) => Resolution;
  dispatch: Upstream['dispatch'];
  open: Upstream['open'];
  headerNames: HeaderNames;
  records: RecordSink;
  refused: RefusedRequests;
  metrics: GatewayMetrics;
  logger: Logger;
  bodyLimitBytes: number;
  bodyBudget: BodyBudget;
  idleTimeoutMs: number;
  /** How long a client that waits for events gets nothing, at most. */
  keepAliveMs: number;
  webSockets: WebSocketOptions;
  /** How many targets one request may try. */
  attemptLimit: number;
  /** Below which a proxy in front serves the gateway (`BASE_PATH`), with a slash at both ends. */
  basePath: string;
  nowS: () => number;
  newRequestId: () => string;
}
