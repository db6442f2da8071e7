import type { BalanceReading, BalanceSource } from '@api-monitor/core';

/** One way in which providers say what is left. */
export interface BalanceEndpoint {
  source: BalanceSource;
  /** What is asked, in this order. The first one shows whether the provider has the endpoint. */
  requests: readonly BalanceRequest[];
  /**
   * Reads the answers that have come, as parsed JSON; undefined for one that isn't there. null if the first
   * isn't an answer of this endpoint.
   */
  read(answers: readonly unknown[], host: string): BalanceReading | null;
}

export interface BalanceRequest {
  /** `nowS` in Unix seconds. */
  path(nowS: number): string;
  /** Whether the path is the origin's and not below the channel's base URL. */
  isAtRoot: boolean;
}
