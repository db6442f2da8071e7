import { stateOfUptime } from '@api-monitor/core';

/** The tone in which each state of a service is drawn. */
export const publicTones = {
  operational: 'ok',
  degraded: 'warn',
  outage: 'bad',
  unknown: 'idle',
} as const;

export function toneOfUptime(uptime: number | null) {
  return publicTones[stateOfUptime(uptime)];
}
