/** One response, as the strictest reader of RFC 9112 reads it. */
export interface StrictResponse {
  status: number;
  headers: Map<string, string>;
  body: string;
  /** What follows it on the connection. */
  rest: string;
}

const statusLine = /^HTTP\/1\.1 (\d{3}) [\t\x20-\x7e]*$/;
const headerLine = /^([!#$%&'*+\-.^_`|~\w]+): ?([\t\x20-\x7e\x80-\xff]*)$/;

/** The bytes end before their response does. */
export class CutOff extends Error {}

/**
 * Reads exactly one response to a POST from bytes in latin1. Throws if two readers could read them
 * differently; a `CutOff` if bytes are missing. `hasClosed`: the connection ended after the bytes.
 */
export function readStrictly(bytes: string, hasClosed: boolean): StrictResponse {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) throw new CutOff(bytes.slice(0, 200));
  const [first = '', ...lines] = bytes.slice(0, end).split('\r\n');
  const status = Number(statusLine.exec(first)?.[1]);
  if (!status) throw new Error(`no status line: ${first}`);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = headerLine.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error(`no header: ${line}`);
    if (headers.has(name.toLowerCase())) throw new Error(`${name} comes twice`);
    headers.set(name.toLowerCase(), value);
  }
  const { body, rest } = readBody(status, headers, bytes.slice(end + 4), hasClosed);
  return { status, headers, body, rest };
}

function readBody(
  status: number,
  headers: Map<string, string>,
  bytes: string,
  hasClosed: boolean,
): { body: string; rest: string } {
  const length = headers.get('content-length');
  const coding = headers.get('transfer-encoding');
  if (length !== undefined && coding !== undefined) throw new Error('framed in two ways');
  if (status === 204) {
    if (length !== undefined || coding !== undefined) throw new Error('a framed 204');
    return { body: '', rest: bytes };
  }
  if (length !== undefined) {
    if (!/^\d+$/.test(length)) throw new Error(`content-length: ${length}`);
    if (Number(length) > bytes.length) throw new CutOff(bytes);
    return { body: bytes.slice(0, Number(length)), rest: bytes.slice(Number(length)) };
  }
  if (coding !== undefined) {
    if (coding !== 'chunked') throw new Error(`transfer-encoding: ${coding}`);
    return readChunks(bytes);
  }
  if (!hasClosed || headers.get('connection') !== 'close') throw new Error('no end');
  return { body: bytes, rest: '' };
}

/** The content of a chunked body without extensions or trailers, and what follows it. */
export function readChunks(bytes: string): { body: string; rest: string } {
  let body = '';
  for (let at = 0; ; ) {
    const [line = '', digits = ''] = /^([0-9a-f]+)\r\n/.exec(bytes.slice(at, at + 20)) ?? [];
    const size = Number.parseInt(digits, 16);
    const start = at + line.length;
    if (at === bytes.length || start + size + 2 > bytes.length) throw new CutOff(body);
    if (Number.isNaN(size) || bytes.slice(start + size, start + size + 2) !== '\r\n')
      throw new Error(`no chunk at ${at}: ${bytes.slice(at, at + 40)}`);
    body += bytes.slice(start, start + size);
    at = start + size + 2;
    if (size === 0) return { body, rest: bytes.slice(at) };
  }
}
