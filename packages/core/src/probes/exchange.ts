/** What is needed to reach a target: its address and its key. */
export interface UpstreamTarget {
  /** The target's id: pools are kept by it. */
  id: number;
  /** Normalised: no trailing slash, no `/v1`. */
  baseUrl: string;
  /** In the clear; it goes into headers and nowhere else. */
  apiKey: string;
  verifySsl: boolean;
}

/** A request to a target, without its credential: the upstream room adds that. */
export interface UpstreamRequest {
  method: 'GET' | 'POST';
  /** Below the target's base URL, with a leading slash and perhaps a query. */
  path: string;
  /** In addition to those of every request; names in lower case. */
  headers: Record<string, string>;
  /** The header that has the key beside the bearer, if the wire format has one. */
  keyHeader: 'x-api-key' | 'x-goog-api-key' | null;
  /** JSON text; null for a GET. */
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

/** No whole HTTP answer came. `message` is a plain sentence such as `connection refused`. */
export interface UnansweredExchange {
  answered: false;
  kind: 'network' | 'timeout' | 'tls';
  message: string;
  durationS: number;
}

export type Exchange = AnsweredExchange | UnansweredExchange;
