import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { clientKey } from './open-test-gateway.ts';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  rawHeaders: string[];
  bytes: Buffer;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into any answer, right or wrong
  json: any;
}

export interface Call {
  method?: string;
  headers?: Record<string, string | string[]>;
  /** An object goes as JSON, text and bytes as they are. */
  body?: object | string | Buffer;
  /** Sent as a bearer; null sends none. */
  key?: string | null;
}

/** One request on its own connection, by node:http alone: nothing is added or decoded. */
export function call(origin: string, path: string, given: Call = {}): Promise<Answer> {
  const { body, key = clientKey } = given;
  const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const method = given.method ?? (body === undefined ? 'GET' : 'POST');
  const headers = {
    ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    ...(text === undefined ? {} : { 'content-type': 'application/json' }),
    ...given.headers,
  };
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const agent = new Agent({ keepAlive: false });
    // Not through URL, which would rewrite the path.
    const sent = request({ hostname, port, path, method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          rawHeaders: response.rawHeaders,
          bytes,
          text: bytes.toString(),
          json: jsonIn(bytes.toString()),
        });
      });
    });
    sent.on('error', reject);
    sent.end(text);
  });
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A chat request to a model, as a body. */
export function chatTo(model: string, more: object = {}) {
  return { model, messages: [{ role: 'user', content: 'Who are you?' }], ...more };
}
