import type { ErrorKind, PublicState } from '@api-monitor/core';

/** A line of the public page, as `GET /api/status` tells it. */
export interface PublicItem {
  slug: string;
  name: string;
  state: PublicState;
  since: number | null;
  checked_at: number | null;
  /** Percent. */
  uptime: number | null;
  /** Ninety days, oldest first; `day` is a UTC date. */
  days: { day: string; uptime: number | null }[];
}

export interface PublicIncident {
  slug: string;
  name: string;
  state: 'degraded' | 'outage';
  started_at: number;
  ended_at: number | null;
  reasons: ErrorKind[];
}

export interface PublicStatus {
  title: string;
  description: string;
  state: PublicState;
  updated_at: number;
  items: PublicItem[];
  incidents: PublicIncident[];
}
