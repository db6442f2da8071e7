import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import type { DestinationKind } from '../src/adapter.ts';
import { type DeliveryDeps, deliver, type Fetch } from '../src/deliver/deliver.ts';
import type { Notice } from '../src/notice.ts';

export interface Received {
  method: string;
  /** The address that the adapter asked for. */
  url: URL;
  headers: IncomingHttpHeaders;
  body: string;
}

export type Respond = (received: Received, response: ServerResponse) => void;

export const nowS = 1_764_331_200;

/** A server on loopback in the place of a vendor's; `fetch` sends it what is meant for any host. */
export async function startVendor(respond: Respond) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const { 'x-meant-for': origin = '', ...headers } = request.headers;
      const one = {
        method: request.method ?? '',
        url: new URL(request.url ?? '/', String(origin)),
        headers,
        body: Buffer.concat(chunks).toString(),
      };
      received.push(one);
      respond(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const toLoopback: Fetch = (url, init) => {
    const { origin, pathname, search } = new URL(url);
    const headers = { ...init.headers, 'x-meant-for': origin };
    return fetch(`http://127.0.0.1:${port}${pathname}${search}`, { ...init, headers });
  };
  const deps: DeliveryDeps = { ...depsWithout, fetch: toLoopback };
  const tell = (kind: DestinationKind, config: unknown, notice = exampleNotice) =>
    deliver(notice, { kind, config }, deps);
  return { received, tell, deps, port };
}

/** Answers with JSON. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Respond {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
}

/** Answers with text. */
export function text(status: number, body: string): Respond {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'text/plain' }).end(body);
  };
}

export const depsWithout: DeliveryDeps = {
  fetch: () => Promise.reject(new Error('no fetch')),
  openSocket: ({ hostname, port }) =>
    new Promise((resolve, reject) => {
      const socket = connect(port, hostname, () => resolve(socket));
      socket.once('error', reject);
    }),
  describeFault: (error) => ({
    message: error instanceof Error ? error.message : 'failed',
    isAddressRefused:
      typeof error === 'object' &&
      error !== null &&
      'code' in error &&
      error.code === 'ADDRESS_REFUSED',
  }),
  nowS,
};

export const exampleNotice: Notice = {
  kind: 'opened',
  severity: 'critical',
  language: 'en',
  title: 'relay.one: quota used up',
  lines: [
    { label: null, text: '14 models are down.', isQuoted: false },
    { label: 'Since', text: '20:00', isQuoted: false },
    { label: 'Why', text: 'insufficient_quota: you exceeded your quota', isQuoted: true },
    { label: 'Served by', text: '3 other channels', isQuoted: false },
  ],
  link: 'https://monitor.example.com/incidents.html?id=7',
  idempotencyKey: 'incident-7-opened-1',
  incidentKey: 'incident-7',
  timeS: nowS,
  timeZone: 'Asia/Shanghai',
  fields: { channel: 'relay.one', models: 14 },
};

export const recovery: Notice = {
  ...exampleNotice,
  kind: 'recovered',
  severity: 'info',
  title: 'relay.one is back after 12 minutes',
  idempotencyKey: 'incident-7-recovered',
};
