import type { IncomingMessage } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import type { Wire } from './wire/wire.ts';

export type FakeRoute = 'chat' | 'responses' | 'anthropic' | 'gemini' | 'embeddings';

/** How fast the provider answers: before the first byte, and between the pieces of a stream. */
export interface Pace {
  latencyMs: number;
  pieceDelayMs: number;
}

/** A request to a model, as a behaviour sees it. */
export interface ModelRequest {
  route: FakeRoute;
  /** The route's wire format. */
  wire: Wire;
  model: string;
  /** Path and query. */
  url: string;
  isStream: boolean;
  body: Record<string, unknown>;
  /** Whether questions are answered; otherwise the model says its name, whatever it is asked. */
  thinks: boolean;
  /** The caller's credential, from a bearer token or from the header of the format. */
  key: string;
  /** The same provider under another name, and so another origin. */
  otherOrigin: string;
  pace: Pace;
  /** Aborts when the caller leaves or the provider closes: no behaviour outlives its connection. */
  closed: AbortSignal;
}

/** A request as it was received, for tests. */
export interface ReceivedRequest {
  method: string;
  /** With its query. */
  url: string;
  headers: IncomingMessage['headers'];
  /** The body, unchanged. */
  text: string;
  /** The parsed JSON body; an empty object if it isn't one. */
  body: Record<string, unknown>;
  /** The requested model; null if the path isn't a model's. */
  model: string | null;
}

/** Reads a body, unchanged and parsed. */
export async function readBody(
  request: IncomingMessage,
): Promise<Pick<ReceivedRequest, 'text' | 'body'>> {
  const text = await readText(request);
  try {
    const body: unknown = JSON.parse(text);
    return { text, body: isObject(body) ? body : {} };
  } catch {
    return { text, body: {} };
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The credential of a request: a bearer token, else the header of its format. */
export function keyOf({ headers }: IncomingMessage): string {
  const bearer = /^Bearer (.*)$/i.exec(headers.authorization ?? '')?.[1];
  return bearer ?? String(headers['x-api-key'] ?? headers['x-goog-api-key'] ?? '');
}

export interface Address {
  route: FakeRoute;
  /** In the path on the gemini route; null if the body names it. */
  model: string | null;
  isStream: boolean | null;
}

const routeByPath: Record<string, FakeRoute> = {
  '/v1/chat/completions': 'chat',
  '/v1/responses': 'responses',
  '/v1/messages': 'anthropic',
  '/v1/embeddings': 'embeddings',
};

/** What a path addresses; null if it isn't a route's. */
export function addressOf(path: string): Address | null {
  const route = Object.hasOwn(routeByPath, path) ? routeByPath[path] : undefined;
  if (route) return { route, model: null, isStream: null };
  const gemini = /^\/v1beta\/models\/(.+):(generateContent|streamGenerateContent)$/.exec(path);
  const model = gemini?.[1];
  if (model === undefined) return null;
  const isStream = gemini?.[2] === 'streamGenerateContent';
  return { route: 'gemini', model: decodeURIComponent(model), isStream };
}
