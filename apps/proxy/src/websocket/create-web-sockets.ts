import type { IncomingMessage } from 'node:http';
import type { UpgradeHandler } from '@api-monitor/runtime';
import { isUsable } from '../board/board.ts';
import type { CorsOrigins } from '../cors.ts';
import { admit, arrivalOf, type Denial } from '../create-gateway-handler.ts';
import type { GatewayError } from '../dialects/gateway-error.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import { matchRoute } from '../request/match-route.ts';
import { sendError } from '../send-error.ts';
import { acceptUpgrade, isHandshake } from './accept-upgrade.ts';
import { createOpenSockets } from './open-sockets.ts';
import { RealtimeSession } from './realtime/realtime-session.ts';
import { KeptHistories } from './responses/kept-histories.ts';
import { ResponsesConnection } from './responses/serve-responses.ts';
import { protocolsOf, realProtocols } from './subprotocols.ts';

export interface WebSockets extends UpgradeHandler {
  /** How many are open. */
  size(): number;
  /** Ends all of them at once. */
  close(): Promise<void>;
}

/** Opens the gateway's WebSockets: who may, how many, and for what. */
export function createWebSockets(deps: GatewayDeps, corsOrigins: CorsOrigins): WebSockets {
  const sockets = createOpenSockets({
    ...deps.webSockets,
    isUsable(keyHash) {
      const key = deps.board.key(keyHash);
      return key !== undefined && isUsable(key, deps.nowS());
    },
  });
  const histories = new KeptHistories(deps.bodyBudget);
  const endpointOf = ({ method = '', url = '/', headers }: IncomingMessage) => {
    const [path = '/'] = url.split('?', 1);
    const matched = matchRoute(method, path, headers);
    return matched?.kind === 'websocket' ? matched.endpoint : null;
  };
  return {
    accepts(request) {
      return deps.webSockets.isOn && isHandshake(request) && endpointOf(request) !== null;
    },
    handle(request, response, head) {
      const endpoint = endpointOf(request);
      if (!endpoint) return;
      const arrival = arrivalOf(deps);
      const refuse = ({ error, refusedFor, callerKey: key }: Denial) => {
        sendError(response, endpoint.dialect, error, arrival.requestId);
        const { status, message } = error;
        const { route } = endpoint;
        deps.refused.note({ request, arrival, refusedFor, route, status, message, key });
      };
      const query = queryOf(request);
      const admitted = admit(deps, { request, query });
      if ('error' in admitted) return refuse(admitted);
      const { key, keyHash, trail } = admitted;
      const error = originFault(request, corsOrigins) ?? sockets.refusalOf(keyHash);
      if (error) return refuse({ error, refusedFor: 'websocket', callerKey: key });
      const upgrade = { request, response, head };
      if (endpoint.route === 'realtime') {
        const given = { upgrade, arrival, endpoint, key, keyHash, trail, query };
        const session = new RealtimeSession(deps, given);
        const remove = sockets.add(session);
        void session.run().finally(remove);
        return;
      }
      const protocols = protocolsOf(request.headers);
      const webSocket = acceptUpgrade(upgrade, {
        requestId: arrival.requestId,
        protocol: realProtocols(protocols)[0] ?? protocols[0] ?? null,
        maxPayload: deps.bodyLimitBytes,
      });
      if (!webSocket) return;
      const given = { webSocket, histories, request, endpoint, keyHash, trail, query };
      const remove = sockets.add(new ResponsesConnection(deps, given));
      webSocket.once('close', remove);
    },
    drain: sockets.drain,
    size: sockets.size,
    close: sockets.close,
  };
}

function queryOf({ url = '' }: IncomingMessage): URLSearchParams | null {
  const at = url.indexOf('?');
  return at < 0 ? null : new URLSearchParams(url.slice(at + 1));
}

/** The error for a page that may not use the gateway: browsers let every page open a WebSocket. */
function originFault(
  { headers: { origin, host } }: IncomingMessage,
  corsOrigins: CorsOrigins,
): GatewayError | null {
  if (origin === undefined || corsOrigins === '*' || corsOrigins.includes(origin)) return null;
  // Some libraries send the gateway's own origin.
  if (URL.parse(origin)?.host === host?.toLowerCase()) return null;
  const message =
    'pages of this origin may not use the gateway; PROXY_CORS_ORIGINS lists those that may';
  return { status: 403, code: 'origin_not_allowed', message };
}
