import { AnswerFault } from './answer-fault.ts';

/** An answer's status line and headers, and what they say of its body and its connection. */
export interface AnswerHead {
  status: number;
  /** Names in lower case and values in turn, as they came. */
  headers: string[];
  /** In bytes; null if the body ends with its last chunk or with the connection. */
  bodyLength: number | null;
  isChunked: boolean;
  mayStayOpen: boolean;
  /** Seconds, from `Keep-Alive: timeout=`. */
  keepAliveS: number | null;
}

// What no head may hold: control characters, and a line end that is but half of one (RFC 9112, 2.2).
const forbidden = /[^\t\r\n\x20-\x7e\x80-\xff]|\r(?!\n)|(?<!\r)\n/;
const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/;
const token = /^[!#$%&'*+\-.^_`|~\w]+$/;

/** Parses a head without its blank line (RFC 9112, 4 to 6). Throws AnswerFault where it is none. */
export function parseAnswerHead(text: string): AnswerHead {
  const firstEnd = text.indexOf('\r\n');
  const [, minor, status] = statusLine.exec(firstEnd < 0 ? text : text.slice(0, firstEnd)) ?? [];
  if (minor === undefined || forbidden.test(text)) throw new AnswerFault('INVALID_ANSWER');
  const head: AnswerHead = {
    status: Number(status),
    headers: [],
    bodyLength: null,
    isChunked: false,
    mayStayOpen: minor === '1',
    keepAliveS: null,
  };
  let at = firstEnd < 0 ? text.length : firstEnd + 2;
  while (at < text.length) {
    const end = text.indexOf('\r\n', at);
    const lineEnd = end < 0 ? text.length : end;
    takeLine(head, text, at, lineEnd);
    at = lineEnd + 2;
  }
  checkFraming(head, minor === '0');
  return head;
}

/**
 * Two readers must not see two different ends of one answer (RFC 9112, 6.3 and 11.1): a length beside
 * chunks, chunks in HTTP/1.0, and a body where there can't be one (RFC 9110, 15.3.5, 15.3.6, 15.4.5)
 * are no answer.
 */
function checkFraming(head: AnswerHead, isHttp10: boolean): void {
  const { status, isChunked, bodyLength } = head;
  const isBodiless = status === 204 || status === 205 || status === 304;
  const hasBody = isChunked || (bodyLength ?? 0) > 0;
  const isTwofold = isChunked && (bodyLength !== null || isHttp10);
  if (isTwofold || (isBodiless && hasBody)) throw new AnswerFault('INVALID_ANSWER');
  if (isBodiless) head.bodyLength = 0;
}

function takeLine(head: AnswerHead, text: string, start: number, end: number): void {
  const colon = text.indexOf(':', start);
  if (colon < 0 || colon >= end) throw new AnswerFault('INVALID_ANSWER');
  const name = lowerName(text.slice(start, colon));
  const value = withoutBlanks(text, colon + 1, end);
  head.headers.push(name, value);
  switch (name) {
    case 'content-length':
      head.bodyLength = lengthOf(value, head.bodyLength);
      break;
    case 'transfer-encoding':
      // Only `chunked` was asked for; another coding could not be told from the body.
      if (value.toLowerCase() !== 'chunked' || head.isChunked)
        throw new AnswerFault('INVALID_ANSWER');
      head.isChunked = true;
      break;
    case 'connection':
      if (/\bclose\b/i.test(value)) head.mayStayOpen = false;
      else if (/\bkeep-alive\b/i.test(value)) head.mayStayOpen = true;
      break;
    case 'keep-alive':
      head.keepAliveS = Number(/timeout=(\d{1,6})/i.exec(value)?.[1] ?? Number.NaN) || null;
      break;
  }
}

/** What stands between, without the blanks around it (not `trim`: 0xA0 is a letter here). */
function withoutBlanks(text: string, from: number, to: number): string {
  let [start, end] = [from, to];
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** The same length may be told twice, two lengths may not. */
function lengthOf(value: string, known: number | null): number {
  const length = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isNaN(length) || (known !== null && known !== length))
    throw new AnswerFault('INVALID_ANSWER');
  return length;
}

const lowerNames = new Map<string, string>();
const lowerNamesLimit = 1_000;

/** Servers send the same few names: each is checked and lowered once. */
function lowerName(name: string): string {
  const known = lowerNames.get(name);
  if (known !== undefined) return known;
  if (!token.test(name)) throw new AnswerFault('INVALID_ANSWER');
  const lower = name.toLowerCase();
  if (lowerNames.size < lowerNamesLimit) lowerNames.set(name, lower);
  return lower;
}
