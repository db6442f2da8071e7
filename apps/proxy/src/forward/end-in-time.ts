import type { ServerResponse } from 'node:http';

/** Ends an answer, and leaves a client that doesn't take the last of it within the time. */
export function endInTime(response: ServerResponse, bytes: Buffer | string, timeoutMs: number) {
  response.end(bytes);
  if (response.writableLength === 0) return;
  const timer = setTimeout(() => response.destroy(), timeoutMs);
  response.once('close', () => clearTimeout(timer));
}
