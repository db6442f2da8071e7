import { randomUUID } from 'node:crypto';

/**
 * `req_` and a UUID of version 7 without its dashes. Ids of the same time are together in the records'
 * index; random ones take twice the time to write.
 */
export function newRequestId(nowMs: number): string {
  const time = Math.floor(nowMs).toString(16).padStart(12, '0');
  const random = randomUUID();
  return `req_${time}7${random.slice(15, 18)}${random.slice(19, 23)}${random.slice(24)}`;
}
