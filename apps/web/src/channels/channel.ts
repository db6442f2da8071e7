import type {
  Breaker,
  BreakerChanged,
  HistoryPoint,
  RunProgressed,
  TargetStatus,
  WireProtocol,
} from '@api-monitor/core';
import type { InferResponseType } from 'hono/client';
import type { ApiClient } from '../api/client.ts';

type ListedTarget = InferResponseType<ApiClient['api']['targets']['$get'], 200>['items'][number];
type ListedModel = ListedTarget['latest_models'][number];

/** A model's latest verdict on a channel. */
export type LatestModel = Omit<ListedModel, 'open_breaker' | 'history'> & {
  /** According to the list; a later event may say otherwise. */
  open_breaker?: ListedModel['open_breaker'];
  /** From lists and events. */
  breaker?: Breaker | null;
  /** Oldest first; absent if the list was requested without it. */
  history?: HistoryPoint[] | undefined;
};

/** A target as the page knows it. */
export type Channel = Omit<ListedTarget, 'latest_models'> & { latest_models: LatestModel[] };

export type ProgressEvent = RunProgressed['data'];
export type BreakerEvent = BreakerChanged['data'];
export type { HistoryPoint, TargetStatus, WireProtocol };
