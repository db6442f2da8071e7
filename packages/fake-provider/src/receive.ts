import type { IncomingMessage } from 'node:http';

const bodyLimitBytes = 1024 * 1024;

/** A request as it came in, for a test to look at. */
export interface ReceivedRequest {
  method: string;
  /** With its query. */
  url: string;
  headers: IncomingMessage['headers'];
  /** The body as it came. */
  text: string;
  /** The parsed JSON body; an empty object where there is none. */
  body: Record<string, unknown>;
  /** The model that is asked, where one is. */
  model: string | null;
}

/** Reads a JSON body, as it came and parsed; throws where it is longer than a megabyte. */
export async function readJsonBody(
  request: IncomingMessage,
): Promise<Pick<ReceivedRequest, 'text' | 'body'>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > bodyLimitBytes) throw new Error('request body too large');
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
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

/** The credential of a request: a bearer, else the header of its format. */
export function keyOf({ headers }: IncomingMessage): string {
  const bearer = /^Bearer (.*)$/i.exec(headers.authorization ?? '')?.[1];
  return bearer ?? String(headers['x-api-key'] ?? headers['x-goog-api-key'] ?? '');
}
