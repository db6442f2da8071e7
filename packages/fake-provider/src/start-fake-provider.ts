import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { accountAnswer, chargeAccount, type FakeAccount } from './account.ts';
import { type BehaviourName, behaviours } from './behaviours/behaviours.ts';
import { type ModelListName, modelLists } from './model-lists.ts';
import {
  type Address,
  addressOf,
  keyOf,
  type ModelRequest,
  type Pace,
  type ReceivedRequest,
  readBody,
} from './model-request.ts';
import { type Behaviour, pause, sendBody, sendError, sendJson } from './send.ts';
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
  /** Uses TLS, with this untrusted certificate. */
  certificate?: TestCertificate;
  /** Called for each request. By default it answers at once. */
  pace?: () => Pace;
  /** Serves other endpoints too (token counts, images, speech …); otherwise they are a 404. */
  hasSideEndpoints?: boolean;
  /** Tells what is left of its credit, which falls with each answer; otherwise nobody is told. */
  account?: FakeAccount;
  /** Answers the questions of probes; otherwise a good model says its name, whatever it is asked. */
  thinks?: boolean;
}

export interface FakeProvider {
  /** `http://127.0.0.1:<port>`, or https: a channel's base URL. */
  origin: string;
  /** The requests, oldest first; the newest 5,000 are kept. */
  requests: ReceivedRequest[];
  /** How many requests it has received, kept or not. */
  received(): number;
  /** Changes how a model behaves from the next request on. A new model is added to the list. */
  setBehaviour(model: string, behaviour: BehaviourName | Behaviour): void;
  removeModel(model: string): void;
  /** Changes how the list of models is sent. */
  setModelList(name: ModelListName): void;
  /** Breaks every connection and stops listening. */
  close(): Promise<void>;
}

const keptRequests = 5000;
const atOnce: Pace = { latencyMs: 0, pieceDelayMs: 0 };

/** What the listener works with; the provider's methods change it. */
interface State
  extends Pick<Required<FakeProviderOptions>, 'apiKey' | 'pace' | 'hasSideEndpoints' | 'thinks'>,
    Pick<FakeProviderOptions, 'account'> {
  models: Map<string, Behaviour>;
  modelList: ModelListName;
  requests: ReceivedRequest[];
  received: number;
  port: number;
}

/** Starts a provider on loopback. Call `close` at the end. */
export async function startFakeProvider(options: FakeProviderOptions): Promise<FakeProvider> {
  const { port = 0, certificate } = options;
  const state: State = {
    pace: () => atOnce,
    hasSideEndpoints: false,
    thinks: false,
    ...options,
    models: new Map(Object.entries(options.models).map(([id, how]) => [id, behaviourOf(how)])),
    modelList: 'good',
    requests: [],
    received: 0,
    port,
  };
  const listener: RequestListener = (request, response) => {
    // A behaviour may break its own connection.
    serve(state, request, response).catch(() => response.destroy());
  };
  const server = certificate
    ? createTlsServer(testCertificates[certificate], listener)
    : createServer(listener);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  state.port = portOf(server);
  return {
    origin: `http${certificate ? 's' : ''}://127.0.0.1:${state.port}`,
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
  const path = pathFromVersion(url.split('?')[0] ?? '/');
  const { text, body } = await readBody(request);
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
    const told = state.account && accountAnswer(state.account, url.split('?')[0] ?? '');
    if (told) return sendJson(response, 200, told);
    const side = state.hasSideEndpoints ? sideAnswer(path, String(body.model ?? '')) : null;
    if (side) return sendBody(response, 200, side.contentType, side.body);
    const message = `Invalid URL (${method} ${url})`;
    return sendJson(response, 404, { error: { message, type: 'invalid_request_error' } });
  }
  const parts = { model, body, url, key: keyOf(request) };
  const modelRequest = modelRequestOf(state, address, parts, response);
  await pause(modelRequest, modelRequest.pace.latencyMs);
  await (state.models.get(model) ?? unknownModel)(modelRequest, response);
  if (state.account && response.statusCode < 300) chargeAccount(state.account);
}

/** A relay may be below any path. From the version on, the path is exact, so that a doubled version is noticed. */
function pathFromVersion(path: string): string {
  const version = path.search(/\/v1(beta)?\//);
  return version === -1 ? path : path.slice(version);
}

function keep(state: State, request: ReceivedRequest): void {
  state.received += 1;
  state.requests.push(request);
  if (state.requests.length > keptRequests) state.requests.shift();
}

function modelRequestOf(
  state: State,
  address: Address,
  parts: Pick<ModelRequest, 'model' | 'body' | 'url' | 'key'>,
  response: ServerResponse,
): ModelRequest {
  const closed = new AbortController();
  response.once('close', () => closed.abort());
  return {
    ...parts,
    route: address.route,
    wire: wireFor(address.route),
    isStream: address.isStream ?? parts.body.stream === true,
    otherOrigin: `http://localhost:${state.port}`,
    thinks: state.thinks,
    pace: state.pace(),
    closed: closed.signal,
  };
}

const unknownModel: Behaviour = (request, response) =>
  sendError(request, response, 404, `The model \`${request.model}\` does not exist`);
