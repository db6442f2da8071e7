import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { TargetConnections } from './target-connections.ts';

/** When the certificate of a new connection ends, in Unix seconds; null if it has none. Closes it again. */
export async function endOfCertificate(
  connections: Pick<TargetConnections, 'open'>,
  signal: AbortSignal,
): Promise<number | null> {
  signal.throwIfAborted();
  const opening = connections.open();
  const close = () => opening.then((socket) => socket.destroy()).catch(() => {});
  signal.addEventListener('abort', close, { once: true });
  try {
    return endOf(await opening);
  } finally {
    signal.removeEventListener('abort', close);
    await close();
  }
}

function endOf(socket: Socket): number | null {
  if (!(socket instanceof TLSSocket)) return null;
  const endsAtMs = Date.parse(socket.getPeerCertificate().valid_to);
  return Number.isFinite(endsAtMs) ? endsAtMs / 1000 : null;
}
