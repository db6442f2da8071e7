import { endOfString, quote, scanKeys, spellingOf } from '../../request/json-bytes.ts';
import type { Refused } from '../choose-channel.ts';

const limitBytes = 1024;

/**
 * A string of a JSON object's own. A second key of that name is refused, also in other letter case, because
 * parsers differ in which one they use.
 */
export function ownString(body: Buffer, name: string): string | Refused {
  const seen = { keys: 0, at: -1 };
  const onKey = (start: number, end: number, value: number) => {
    const spelling = spellingOf(body, start, end, name);
    if (spelling !== null) seen.keys += 1;
    if (spelling === 'exact') seen.at = value;
  };
  const kind = scanKeys(body, onKey, 1);
  if (kind !== 'object') return fault('the body must be a JSON object', name);
  if (seen.keys > 1) return fault(`the body has more than one "${name}"`, name);
  const end = body[seen.at] === quote ? endOfString(body, seen.at + 1) : -1;
  const text = end < 0 || end - seen.at > limitBytes ? '' : stringIn(body, seen.at, end);
  return text === '' ? fault(`"${name}" must be a string that is not empty`, name) : text;
}

/** A key of the object's own that isn't one of these, as it is written; null if there is none. */
export function unknownField(body: Buffer, known: readonly string[]): string | null {
  let found: string | null = null;
  const onKey = (start: number, end: number) => {
    if (found !== null || known.some((name) => spellingOf(body, start, end, name) === 'exact')) {
      return;
    }
    found = body.toString('utf8', start, Math.min(end, start + shownBytes));
  };
  scanKeys(body, onKey, 1);
  return found;
}

const shownBytes = 64;

function stringIn(body: Buffer, start: number, end: number): string {
  try {
    return String(JSON.parse(body.toString('utf8', start, end + 1)));
  } catch {
    return '';
  }
}

function fault(message: string, param: string): Refused {
  return { error: { status: 400, code: 'invalid_request', message, param } };
}
