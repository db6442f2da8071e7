import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type Ask, addressOf, type Pace } from './ask.ts';
import { type BehaviourName, behaviours } from './behaviours/behaviours.ts';
import { type ModelListName, modelLists } from './model-lists.ts';
import { keyOf, type ReceivedRequest, readJsonBody } from './receive.ts';
import { type Behaviour, pause, sendBody, sendJson } from './send.ts';
import { sideAnswer } from './side-endpoints.ts';
import { type TestCertificate, testCertificates } from './test-certificates.ts';
import { wireFor } from './wire/wire-for.ts';

export interface FakeProviderOptions {
  /** Model ids in the order of the list, and how each behaves. */
  models: Readonly<Record<string, BehaviourName | Behaviour>>;
  /** Requests with another key get a 401. */
  apiKey: string;
  /** 0, the default, takes a free one. */
  port?: number;
  /** Speaks TLS, with a certificate that nobody trusts. */
  certificate?: TestCertificate;
  /** Asked for each request; at once by default. */
  pace?: () => Pace;
  /** Serves the endpoints beside the models' own too (token counts, images, speech …); else a 404. */
  hasSideEndpoints?: boolean;
}

export interface FakeProvider {
  /** `http://127.0.0.1:<port>`, or https: a channel's base URL. */
  origin: string;
  /** What came in, oldest first; the newest 5,000 are kept. */
  requests: ReceivedRequest[];
  /** How many requests came in, kept or not. */
  received(): number;
  /** Changes how a model behaves from the next request on; a new model joins the list. */
  setBehaviour(model: string, behaviour: BehaviourName | Behaviour): void;
  removeModel(model: string): void;
  /** Changes how the list of models comes. */
  setModelList(name: ModelListName): void;
  /** Breaks every connection and stops listening. */
  close(): Promise<void>;
}

const keptRequests = 5000;
const atOnce: Pace = { latencyMs: 0, pieceDelayMs: 0 };

/** What the listener works on; the methods of the provider change it. */
interface State {
  models: Map<string, Behaviour>;
  modelList: ModelListName;
  apiKey: string;
  pace: () => Pace;
  hasSideEndpoints: boolean;
  requests: ReceivedRequest[];
  received: number;
  port: number;
}

/** Starts a provider on loopback; whoever starts it closes it. */
export async function startFakeProvider(options: FakeProviderOptions): Promise<FakeProvider> {
  const state: State = {
    models: new Map(Object.entries(options.models).map(([id, how]) => [id, behaviourOf(how)])),
    modelList: 'good',
    apiKey: options.apiKey,
    pace: options.pace ?? (() => atOnce),
    hasSideEndpoints: options.hasSideEndpoints ?? false,
    requests: [],
    received: 0,
    port: 0,
  };
  const server = serverFor(options.certificate, (request, response) => {
    // Whatever a behaviour does to its own connection is no fault of the provider.
    serve(state, request, response).catch(() => response.destroy());
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  state.port = portOf(server);
  return {
    origin: `http${options.certificate ? 's' : ''}://127.0.0.1:${state.port}`,
    requests: state.requests,
    received: () => state.received,
    setBehaviour: (model, how) => state.models.set(model, behaviourOf(how)),
    removeModel: (model) => state.models.delete(model),
    setModelList: (name) => {
      state.modelList = name;
    },
    close: () => closeServer(server),
  };
}

function serverFor(certificate: TestCertificate | undefined, listener: RequestListener): Server {
  return certificate
    ? createTlsServer(testCertificates[certificate], listener)
    : createServer(listener);
}

function behaviourOf(how: BehaviourName | Behaviour): Behaviour {
  return typeof how === 'function' ? how : behaviours[how];
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('not listening on a port');
  return address.port;
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

async function serve(state: State, request: IncomingMessage, response: ServerResponse) {
  const url = request.url ?? '/';
  const path = beneathBase(url.split('?')[0] ?? '/');
  const { text, body } = await readJsonBody(request);
  const address = request.method === 'POST' ? addressOf(path) : null;
  const model = address ? (address.model ?? String(body.model ?? '')) : null;
  const { method = '', headers } = request;
  keep(state, { method, url, headers, text, body, model });
  if (keyOf(request) !== state.apiKey) {
    const error = { message: 'Incorrect API key provided', code: 'invalid_api_key' };
    return sendJson(response, 401, { error });
  }
  if (request.method === 'GET' && path === '/v1/models') {
    return modelLists[state.modelList]([...state.models.keys()], response);
  }
  if (!address || model === null) {
    const side = state.hasSideEndpoints ? sideAnswer(path, String(body.model ?? '')) : null;
    return side
      ? sendBody(response, 200, side.contentType, side.body)
      : unknownPath(request, response);
  }
  const ask = askOf(state, { address, model, body, url, key: keyOf(request) }, response);
  await pause(ask, ask.pace.latencyMs);
  return (state.models.get(model) ?? unknownModel)(ask, response);
}

/** A relay may stand beneath any path; from its version on, all is exact, so that a doubled one shows. */
function beneathBase(path: string): string {
  const version = path.search(/\/v1(beta)?\//);
  return version === -1 ? path : path.slice(version);
}

function keep(state: State, request: ReceivedRequest): void {
  state.received += 1;
  state.requests.push(request);
  if (state.requests.length > keptRequests) state.requests.shift();
}

interface Parts extends Pick<Ask, 'model' | 'body' | 'url' | 'key'> {
  address: NonNullable<ReturnType<typeof addressOf>>;
}

function askOf(state: State, parts: Parts, response: ServerResponse): Ask {
  const { address, ...rest } = parts;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return {
    ...rest,
    route: address.route,
    isStream: address.isStream ?? parts.body.stream === true,
    otherOrigin: `http://localhost:${state.port}`,
    pace: state.pace(),
    gone: gone.signal,
  };
}

const unknownModel: Behaviour = (ask, response) => {
  const message = `The model \`${ask.model}\` does not exist`;
  sendJson(response, 404, wireFor(ask.route).error(message, 'not_found_error', 404));
};

function unknownPath(request: IncomingMessage, response: ServerResponse): void {
  const message = `Invalid URL (${request.method} ${request.url})`;
  sendJson(response, 404, { error: { message, type: 'invalid_request_error' } });
}
