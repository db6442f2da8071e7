import type {
  EvidenceChanged,
  FaultChanged,
  HistoryPoint,
  LiveFields,
  RunProgressed,
  WireProtocol,
} from '@api-monitor/core';
import type { InferResponseType } from 'hono/client';
import type { ApiClient } from '../api/client.ts';

type ListedTarget = InferResponseType<ApiClient['api']['targets']['$get'], 200>['items'][number];
type ListedModel = ListedTarget['latest_models'][number];

/** A model's latest check on a channel, and what is known about its routes. */
export type LatestModel = Omit<
  ListedModel,
  'open_breaker' | 'skipped' | 'history' | keyof LiveFields
> & {
  /** Oldest first; absent if the list was requested without it. */
  history?: HistoryPoint[] | undefined;
};

/** A target as the page knows it. */
export type Channel = Omit<ListedTarget, 'latest_models'> & { latest_models: LatestModel[] };

export type ProgressEvent = RunProgressed['data'];
export type EvidenceEvent = EvidenceChanged['data'];
export type FaultEvent = FaultChanged['data'];
export type { HistoryPoint, WireProtocol };
