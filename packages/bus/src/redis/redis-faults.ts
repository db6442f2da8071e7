import { LRUCache } from 'lru-cache';
import type { FaultListener } from '../bus.ts';

const periodMs = 30_000;
const rememberedLimit = 100;

/**
 * Reports each Redis error at most once in 30 s, as `bareError` makes it. While Redis is away, every
 * connection fails again every second or two, with the same error.
 */
export function limitFaults(onFault: FaultListener, nowMs: () => number): FaultListener {
  const reportedAtMs = new LRUCache<string, number>({ max: rememberedLimit });
  return (fault, where) => {
    const error = bareError(fault);
    const key = `${where}: ${error.message}`;
    const now = nowMs();
    if (now - (reportedAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < periodMs) return;
    reportedAtMs.set(key, now);
    onFault(error, where);
  };
}

/**
 * The error without its command: ioredis attaches the command and its arguments to its errors, and a
 * failed login has the password there.
 */
export function bareError(fault: unknown): Error {
  if (!(fault instanceof Error)) return new Error(String(fault) || 'unknown');
  // If a name has several addresses, the message is empty and only the code says what happened.
  const code = 'code' in fault ? String(fault.code) : '';
  const error = new Error(fault.message || code || 'unknown');
  error.name = fault.name;
  return error;
}
