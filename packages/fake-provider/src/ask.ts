export type FakeRoute = 'chat' | 'responses' | 'anthropic' | 'gemini' | 'embeddings';

/** How fast the provider answers: before the first byte, and between the pieces of a stream. */
export interface Pace {
  latencyMs: number;
  pieceDelayMs: number;
}

/** A request to a model, as a behaviour sees it. */
export interface Ask {
  route: FakeRoute;
  model: string;
  /** Path and query. */
  url: string;
  isStream: boolean;
  body: Record<string, unknown>;
  /** The credential that came along, as a bearer or in the format's own header. */
  key: string;
  /** The provider under another name, and so another origin. */
  otherOrigin: string;
  pace: Pace;
  /** Aborts when the caller goes or the provider closes: no behaviour outlives its connection. */
  gone: AbortSignal;
}

interface Address {
  route: FakeRoute;
  /** Named by the path on the gemini route, else by the body. */
  model: string | null;
  isStream: boolean | null;
}

const routeByPath: Record<string, FakeRoute> = {
  '/v1/chat/completions': 'chat',
  '/v1/responses': 'responses',
  '/v1/messages': 'anthropic',
  '/v1/embeddings': 'embeddings',
};

/** The route that a path asks for, null where the provider serves nothing there. */
export function addressOf(path: string): Address | null {
  const route = Object.hasOwn(routeByPath, path) ? routeByPath[path] : undefined;
  if (route) return { route, model: null, isStream: null };
  const gemini = /^\/v1beta\/models\/(.+):(generateContent|streamGenerateContent)$/.exec(path);
  const model = gemini?.[1];
  if (model === undefined) return null;
  const isStream = gemini?.[2] === 'streamGenerateContent';
  return { route: 'gemini', model: decodeURIComponent(model), isStream };
}
