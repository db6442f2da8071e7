import { describe, expect, test } from 'vitest';
import { AnswerParser } from './answer-parser.ts';

interface Seen {
  status: number;
  headers: string[];
  body: string;
  /** How many times the body was told of. */
  pieces: number;
  isDone: boolean;
  mayStayOpen: boolean;
  fault: string | null;
}

/** Reads the pieces one after the other, as a connection does: each lies in the same buffer. */
function read(pieces: readonly Buffer[], { isClosed = false } = {}): Seen {
  const parser = new AnswerParser();
  const seen = { status: 0, headers: [] as string[], body: '', pieces: 0 };
  const sink = {
    onHead(status: number, headers: string[]) {
      seen.status = status;
      seen.headers = headers;
    },
    onBytes(bytes: Buffer) {
      seen.body += bytes.toString('latin1');
      seen.pieces += 1;
    },
  };
  const shared = Buffer.alloc(70_000);
  let fault: string | null = null;
  try {
    for (const piece of pieces) {
      piece.copy(shared);
      parser.take(shared.subarray(0, piece.length), sink);
      shared.fill('#');
    }
    if (isClosed) parser.close();
  } catch (error) {
    fault = error instanceof Error ? error.message : String(error);
  }
  return { ...seen, isDone: parser.isDone, mayStayOpen: parser.mayStayOpen, fault };
}

const whole = (text: string, options = {}) => read([Buffer.from(text, 'latin1')], options);

const answers: [string, string, Partial<Seen>][] = [
  [
    'a counted body',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b \r\n\r\nhello',
    { status: 200, headers: ['content-length', '5', 'x-a', 'b'], body: 'hello' },
  ],
  [
    'chunks with an extension and a trailer',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nx: y\r\n\r\n',
    { body: 'hello world' },
  ],
  [
    'chunk sizes in capitals and with leading zeros',
    `HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n000A\r\n0123456789\r\n0\r\n\r\n`,
    { body: '0123456789' },
  ],
  ['no body for 204', 'HTTP/1.1 204 No Content\r\n\r\n', { status: 204, body: '' }],
  ['no body for 205', 'HTTP/1.1 205 Reset\r\nContent-Length: 0\r\n\r\n', { status: 205, body: '' }],
  ['no body for a length of 0', 'HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n', { status: 500 }],
  [
    'interim answers before the answer',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
    { status: 200, headers: ['content-length', '2'], body: 'ok' },
  ],
  ['a status line without a reason', 'HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok', { body: 'ok' }],
  [
    'the same length told twice',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok',
    { body: 'ok' },
  ],
  [
    'letters beyond ASCII, as they came',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nx-title: \xa0\xe9\r\n\r\n\xff\xfe',
    { headers: ['content-length', '2', 'x-title', '\xa0\xe9'], body: '\xff\xfe' },
  ],
];

describe.each(answers)('%s', (_name, text, wanted) => {
  test('is read in one piece', () => {
    expect(whole(text)).toMatchObject({ ...wanted, isDone: true, mayStayOpen: true, fault: null });
  });

  test('is read alike wherever it is cut, and byte by byte', () => {
    const bytes = Buffer.from(text, 'latin1');
    const { pieces: _, ...once } = whole(text);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const { pieces: __, ...seen } = read([bytes.subarray(0, cut), bytes.subarray(cut)]);
      expect(seen, `cut at ${cut}`).toEqual(once);
    }
    const { pieces: ___, ...bit } = read([...bytes].map((byte) => Buffer.from([byte])));
    expect(bit).toEqual(once);
  });
});

test('all chunks of one read are told at once', () => {
  const chunks = Array.from({ length: 50 }, (_, n) => `6\r\nchunk${n % 10}\r\n`).join('');
  const seen = whole(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`);
  expect(seen).toMatchObject({ pieces: 1, isDone: true });
  expect(seen.body).toHaveLength(300);
});

test('an answer without a length ends with its connection, which carries no other', () => {
  const text = 'HTTP/1.1 200 OK\r\n\r\nall of it';
  expect(whole(text)).toMatchObject({ body: 'all of it', isDone: false });
  const closed = whole(text, { isClosed: true });
  expect(closed).toMatchObject({ body: 'all of it', isDone: true, fault: null });
});

test.each([
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n',
  'HTTP/1.1 200 OK\r\nContent-Le',
  'HTTP/1.1 100 Continue\r\n\r\n',
  '',
])('closed after %j it is cut', (text) => {
  expect(whole(text, { isClosed: true }).fault).toBe('ANSWER_CUT');
});

test.each([
  ['HTTP/1.0 keeps nothing open', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok', false],
  [
    'unless it says so',
    'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok',
    true,
  ],
  ['close', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok', false],
  ['bytes behind the end', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok!', false],
])('%s', (_name, text, mayStayOpen) => {
  expect(whole(text)).toMatchObject({ body: 'ok', isDone: true, mayStayOpen, fault: null });
});

test.each([
  ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
  ['HTTP/2', 'HTTP/2 200\r\n\r\n'],
  ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
  ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'],
  ['a header without a colon', 'HTTP/1.1 200 OK\r\nnothing\r\n\r\n'],
  ['a blank before the colon', 'HTTP/1.1 200 OK\r\nX-A : b\r\n\r\n'],
  ['a folded header', 'HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\n\r\n'],
  ['half a line end in a header', 'HTTP/1.1 200 OK\r\nX-A: b\nX-B: c\r\n\r\n'],
  ['a control character', 'HTTP/1.1 200 OK\r\nX-A: b\x01\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
  [
    'a length beside chunks, in either order,',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
  ],
  [
    'chunks beside a length',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 12\r\n\r\n2\r\nok\r\n0\r\n\r\n',
  ],
  [
    'chunks in HTTP/1.0',
    'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
  ],
  ['chunks named twice', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n'],
  ['a list of lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok'],
  ['a length with a sign', 'HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok'],
  ['a 204 with a body', 'HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok'],
  ['a 204 in chunks', 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['a 205 with a body', 'HTTP/1.1 205 Reset Content\r\nContent-Length: 2\r\n\r\nok'],
  ['a 304 with a body', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\nok'],
  ['a length that is none', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
  ['an unknown coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n'],
  ['a chunk without a size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n'],
  ['a size that is none', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5x\r\nhello\r\n'],
  ['a chunk that is too long', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n'],
  [
    'a size beyond counting',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\n',
  ],
  ['half a line end', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\nab\n0\n\n'],
  ['interim answers without end', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(20)],
])('%s is no answer', (_name, text) => {
  expect(whole(text).fault).toBe('INVALID_ANSWER');
});

test('heads and trailers have a bound, in one piece or many', () => {
  const head = `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(40_000)}`;
  expect(whole(head).fault).toBe('ANSWER_HEADERS_OVERFLOW');
  const halves = [head.slice(0, 20_000), head.slice(20_000)].map((half) => Buffer.from(half));
  expect(read(halves).fault).toBe('ANSWER_HEADERS_OVERFLOW');
  const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
  expect(whole(`${chunked}0\r\n${'x: y\r\n'.repeat(5_000)}\r\n`).fault).toBe('INVALID_ANSWER');
  expect(whole(`${chunked}1;${'e'.repeat(5_000)}`).fault).toBe('INVALID_ANSWER');
});
