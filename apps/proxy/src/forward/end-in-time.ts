import type { ServerResponse } from 'node:http';

/** What is shorter goes out in one piece with its headers, as text of bytes, instead of in two. */
const joinedBytes = 16 * 1024;

/** Ends an answer, and leaves a client that doesn't take the last of it within the time. */
export function endInTime(response: ServerResponse, bytes: Buffer | null, timeoutMs: number): void {
  if (!bytes) response.end();
  else if (bytes.length <= joinedBytes) response.end(bytes.toString('latin1'), 'latin1');
  else response.end(bytes);
  if (response.writableLength === 0) return;
  const timer = setTimeout(() => response.destroy(), timeoutMs);
  response.once('close', () => clearTimeout(timer));
}
