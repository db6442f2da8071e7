/** What is needed to reach a target: its address and its key. */
export interface UpstreamTarget {
  /** The target's id, by which connections are pooled. */
  id: number;
  /** Normalised: no trailing slash, no `/v1`. */
  baseUrl: string;
  /** In plain text; it is only ever sent in headers. */
  apiKey: string;
  /** Every key of the channel, all of which are hidden in answers; absent: `apiKey` is the only one. */
  allKeys?: readonly string[];
  verifySsl: boolean;
  /** With its password, in plain text; `direct`: no proxy; null: the default one. */
  proxyUrl: string | null;
  /** In PEM; null: only the system's certificates are trusted. */
  caCertificate: string | null;
  /** Sent with every request, instead of the client's; null: the request's own. */
  userAgent: string | null;
  /** Changes to the headers of every request; see `HeaderRule`. */
  headers: readonly string[];
  /** Where it deviates from the usual paths; see `PathRule`. */
  paths: readonly string[];
}

/** How a target is reached that has no settings of its own for it. */
export const plainTransport = {
  verifySsl: true,
  proxyUrl: null,
  caCertificate: null,
  userAgent: null,
  headers: [],
  paths: [],
} satisfies Partial<UpstreamTarget>;

/** A request to a target, without its credential, which `packages/upstream` adds. */
export interface UpstreamRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the target's base URL, with a leading slash and perhaps a query. */
  path: string;
  /** As the target names it; absent if the request is about none. A target may want it in its path. */
  model?: string;
  /** In addition to those of every request; names in lower case. */
  headers: Record<string, string>;
  /** A header that has the key in addition to the bearer token, if the wire format has one. */
  keyHeader: 'x-api-key' | 'x-goog-api-key' | null;
  /** JSON text; null without a body. */
  body: string | null;
}

/** An HTTP answer that was read to its end, or abandoned for the reason in `cut`. */
export interface AnsweredExchange {
  answered: true;
  status: number;
  /** Names in lower case; a repeated header is joined with a comma. */
  headers: Record<string, string>;
  /** Decompressed and decoded as UTF-8. */
  body: string;
  /** Why `body` is only the start: it was over the limit, or its compression is broken; else null. */
  cut: 'too_long' | 'undecodable' | null;
  firstByteS: number;
  durationS: number;
}

/** No complete HTTP answer arrived. `message` is a plain sentence such as `connection refused`. */
export interface UnansweredExchange {
  answered: false;
  kind: 'network' | 'timeout' | 'tls';
  message: string;
  durationS: number;
}

export type Exchange = AnsweredExchange | UnansweredExchange;
