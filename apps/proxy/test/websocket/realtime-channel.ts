import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { TlsOptions } from 'node:tls';
import { onTestFinished } from 'vitest';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { gatewayForTest, listen } from '../open-test-gateway.ts';

type OnConnection = (socket: WebSocket, request: IncomingMessage) => void;

const echo: OnConnection = (socket) =>
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));

/** A channel that serves live sessions, and keeps the requests that open them. */
export async function realtimeChannel(
  onConnection: OnConnection = echo,
  options: ServerOptions = {},
  certificate: TlsOptions | null = null,
) {
  const upgrades: IncomingMessage[] = [];
  const sockets: WebSocket[] = [];
  const refuse: RequestListener = (_request, response) => response.writeHead(404).end('{}');
  const server = certificate ? createTlsServer(certificate, refuse) : createServer(refuse);
  const webSockets = new WebSocketServer({ server, ...options });
  webSockets.on('connection', (socket, request) => {
    upgrades.push(request);
    sockets.push(socket);
    onConnection(socket, request);
  });
  const port = await listen(server);
  onTestFinished(() => {
    for (const socket of sockets) socket.terminate();
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http${certificate ? 's' : ''}://127.0.0.1:${port}`, upgrades, sockets };
}

type Given = Parameters<typeof gatewayForTest>[0];

/** A gateway with one such channel, called `relay`, whose model `live` was never probed. */
export async function gatewayWithRealtime(
  onConnection?: OnConnection,
  given: Given = {},
  options: ServerOptions = {},
) {
  const channel = await realtimeChannel(onConnection, options);
  const gateway = await gatewayForTest({
    ...given,
    channels: {
      relay: { origin: channel.origin, models: { live: { isSkipped: true } } },
      ...given.channels,
    },
  });
  return { gateway, ...channel };
}
