/** A field of a multipart form, and where its content is in the body. */
export interface FormPart {
  /** As it is written between the quotes. */
  name: string;
  isFile: boolean;
  /** Whether the content is written in a code of its own, such as base64. */
  isEncoded: boolean;
  start: number;
  end: number;
  /** Where its boundary begins, and the next one. */
  from: number;
  next: number;
}

export type FormReading = { ok: true; parts: FormPart[] } | { ok: false; fault: string };

/** Far more than any endpoint has fields. */
const partLimit = 200;
const headLimitBytes = 8 * 1024;
const headEnd = Buffer.from('\r\n\r\n');

/**
 * Reads a multipart form (RFC 7578, RFC 2046 5.1) in place: only the heads of its parts are copied. What
 * other parsers might read in another way is refused, because the model that the gateway checks must be
 * the one that the channel reads: line feeds alone, unknown text behind a boundary, names in two spellings.
 */
export function readForm(body: Buffer, boundary: string): FormReading {
  const delimiter = Buffer.from(`\n--${boundary}`);
  const parts: FormPart[] = [];
  const isAtStart = body.subarray(0, delimiter.length - 1).equals(delimiter.subarray(1));
  let at = isAtStart ? -1 : body.indexOf(delimiter);
  if (!isAtStart && at < 0) return { ok: false, fault: 'its boundary is missing' };
  for (;;) {
    if (at >= 0 && body[at - 1] !== 0x0d) return { ok: false, fault: 'lines must end with CRLF' };
    const behind = at + delimiter.length;
    const next = body.indexOf(delimiter, behind);
    const line = restOfLine(body, behind);
    if (line === null) return { ok: false, fault: 'a boundary is followed by other text' };
    if (line.isLast) {
      if (next >= 0) return { ok: false, fault: 'it goes on behind its end' };
      return { ok: true, parts };
    }
    if (next < 0) return { ok: false, fault: 'it has no end' };
    if (parts.length === partLimit) return { ok: false, fault: `it has over ${partLimit} fields` };
    const part = readPart(body, line.end, next - 1);
    if ('fault' in part) return { ok: false, fault: part.fault };
    parts.push({ ...part, from: at + 1, next: next + 1 });
    at = next;
  }
}

const boundaryLine = /^(--)?[ \t]*(\r\n|$)/;
const paddingLimit = 64;

/** What follows a boundary; null if it is anything but the form's end, white space and a line's end. */
function restOfLine(body: Buffer, from: number): { isLast: boolean; end: number } | null {
  const text = body.toString('latin1', from, from + paddingLimit);
  const [line = '', last, end] = boundaryLine.exec(text) ?? [];
  const isLast = last !== undefined;
  return end === undefined || (end === '' && !isLast) ? null : { isLast, end: from + line.length };
}

/** A part from the line behind its boundary to the line end before the next one. */
function readPart(
  body: Buffer,
  from: number,
  end: number,
): Omit<FormPart, 'from' | 'next'> | { fault: string } {
  // An empty head begins with the line end that ends it.
  const head = body.subarray(from - 2, Math.min(end + 2, from + headLimitBytes));
  const length = head.indexOf(headEnd);
  if (length < 0) return { fault: brokenHead };
  const start = from - 2 + length + headEnd.length;
  if (start > end) return { fault: 'a field has no content' };
  const read = readHead(head.toString('utf8', 2, Math.max(2, length)));
  return 'fault' in read ? read : { ...read, start, end };
}

const brokenHead = 'the head of a field is broken or too long';

type Head = Pick<FormPart, 'name' | 'isFile' | 'isEncoded'>;

// A carriage return or line feed alone would end the line for some parsers.
const headerLine = /^([\w!#$%&'*+.^`|~-]+):[ \t]*([^\r\n\0]*)$/;
const plainCodes = ['7bit', '8bit', 'binary'];

function readHead(text: string): Head | { fault: string } {
  const lines = text.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  const found = { dispositions: [] as string[], isEncoded: false };
  for (const line of lines) {
    const [, name, value = ''] = headerLine.exec(line) ?? [];
    if (name === undefined) return { fault: brokenHead };
    switch (name.toLowerCase()) {
      case 'content-disposition':
        found.dispositions.push(value);
        break;
      case 'content-transfer-encoding':
        found.isEncoded ||= !plainCodes.includes(value.trim().toLowerCase());
    }
  }
  const [disposition = '', second] = found.dispositions;
  const named = second === undefined ? readDisposition(disposition) : null;
  return named
    ? { ...named, isEncoded: found.isEncoded }
    : { fault: 'a field needs one content-disposition with one name' };
}

const parameter = /[ \t]*;[ \t]*([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/y;

/** Null if it isn't a form's field, or has no name or several. */
function readDisposition(text: string): Pick<FormPart, 'name' | 'isFile'> | null {
  const [kind] = /^form-data/i.exec(text) ?? [];
  if (kind === undefined) return null;
  let name: string | null = null;
  let isFile = false;
  parameter.lastIndex = kind.length;
  let at = kind.length;
  for (let match = parameter.exec(text); match; match = parameter.exec(text)) {
    at = parameter.lastIndex;
    const key = (match[1] ?? '').toLowerCase();
    if (key.startsWith('filename')) isFile = true;
    // `name*` would be another spelling of the name (RFC 2231).
    if (key.startsWith('name*') || (key === 'name' && name !== null)) return null;
    if (key === 'name') name = match[2] ?? match[3] ?? '';
  }
  const isWhole = /^[ \t;]*$/.test(text.slice(at));
  return name === null || !isWhole ? null : { name, isFile };
}

const contentType =
  /^multipart\/form-data((?:[ \t]*;[ \t]*[\w-]+=(?:"[^"\\]*"|[^\s;"]+))*)[ \t]*;?[ \t]*$/i;
const boundaryParameter = /;[ \t]*boundary=(?:"([^"\\]*)"|([^\s;"]+))/gi;
/** RFC 2046 5.1.1, and the asterisk that some clients use. */
const boundaryText = /^[\w'()+,\-./:=?* ]{0,69}[\w'()+,\-./:=?*]$/;

/** The boundary that a content type names; null if it can't be told for sure. */
export function boundaryOf(header: string): string | null {
  const [, parameters] = contentType.exec(header) ?? [];
  const [match, second] = parameters?.matchAll(boundaryParameter) ?? [];
  const boundary = match?.[1] ?? match?.[2] ?? '';
  return second === undefined && boundaryText.test(boundary) ? boundary : null;
}
