import type { ChannelPool } from './channel-pools.ts';
import { codeOf } from './describe-fault.ts';

/** The server had closed a kept connection before the request reached it: no fault of the channel. */
export function wasStale(error: unknown, pool: ChannelPool): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const code = codeOf(error);
  if (code === 'UND_ERR_SOCKET') return socketBytesRead(error) > 0;
  return (code === 'ECONNRESET' || code === 'EPIPE') && pool.bytesReadBefore(error) > 0;
}

function socketBytesRead(error: object): number {
  if (!('socket' in error) || typeof error.socket !== 'object' || error.socket === null) return 0;
  return 'bytesRead' in error.socket ? Number(error.socket.bytesRead) : 0;
}
