import type { GatewayRoute } from '@api-monitor/core';
import type { ObjectCall } from '../objects/object-call.ts';

/** The format of errors and lists, which follows the client's wire format. */
export type Dialect = 'openai' | 'anthropic' | 'gemini';

/** Where a request is forwarded, and the dialect of its errors. */
export interface Endpoint {
  route: GatewayRoute;
  dialect: Dialect;
  /** Below the target's base URL; a model named in the path is written `{model}`. */
  upstreamPath: string;
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  keyHeader: 'x-api-key' | 'x-goog-api-key' | null;
  /** Whether clients send a multipart form; others may send JSON all the same. */
  takesForm: boolean;
  /** Null if it asks a model. */
  object: ObjectCall | null;
}

export const keyHeaders = {
  openai: null,
  anthropic: 'x-api-key',
  gemini: 'x-goog-api-key',
} as const;
