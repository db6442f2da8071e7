import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';
import type { InterimAnswers } from '../interim-answers.ts';
import type { NameCheck } from './check-name.ts';
import type { Tunnels } from './open-tunnel.ts';

interface TunnelParts {
  tunnels: Tunnels;
  /** Speaks TLS with the channel within a tunnel. */
  secure: buildConnector.connector;
  check: NameCheck;
  interim: Pick<InterimAnswers, 'take'>;
  timeoutMs: number;
}

/** Connects to a channel through a proxy. The proxy never sees more of TLS than its bytes. */
export function createTunnelConnector({
  tunnels,
  secure,
  check,
  interim,
  timeoutMs,
}: TunnelParts): buildConnector.connector {
  const openTo = async ({ hostname, protocol, port }: buildConnector.Options): Promise<Socket> => {
    const signal = AbortSignal.timeout(timeoutMs);
    await check(hostname);
    const usedPort = Number(port) || (protocol === 'https:' ? 443 : 80);
    return tunnels.open({ hostname, port: usedPort }, signal);
  };
  return (options, callback) => {
    const onOpen = (httpSocket: Socket) => {
      if (options.protocol !== 'https:') return callback(null, httpSocket);
      // TLS reports the connection's errors too.
      httpSocket.on('error', () => {});
      secure({ ...options, httpSocket }, (...result) => {
        const [, socket] = result;
        if (socket) lookFirst(socket, interim);
        else httpSocket.destroy();
        callback(...result);
      });
    };
    openTo(options).then(onOpen, (error) => callback(error, null));
  };
}

/** Node's option `onread`, by which other connections show their bytes, has no effect within a tunnel. */
function lookFirst(socket: Socket, interim: Pick<InterimAnswers, 'take'>): void {
  const push = socket.push.bind(socket);
  socket.push = (chunk, encoding) => {
    if (Buffer.isBuffer(chunk)) interim.take(socket, chunk);
    return push(chunk, encoding);
  };
}
