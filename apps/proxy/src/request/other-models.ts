import { type BoardKey, mayUseId } from '../board/board.ts';
import type { GatewayError } from '../dialects/gateway-error.ts';
import type { Outline } from './conversation/outline.ts';
import { closingBracket, endOfString, firstByte, openBracket, quote } from './json-bytes.ts';
import type { Choice } from './resolve-candidates.ts';

/** Far more than anybody falls back on. */
const nameLimit = 100;
const comma = 0x2c;

/**
 * The choices where a key that is limited to models may use every model that the body names besides `model`:
 * the channel may be a relay that falls back on them.
 */
export function choicesForOthers(
  key: BoardKey,
  body: Buffer,
  { otherModels }: Outline,
  choices: Choice[],
): Choice[] {
  if (key.models === null || otherModels.length === 0) return choices;
  const lists = otherModels.map((value) => namesAt(body, value));
  return choices.filter(({ entry: { target } }) =>
    lists.every((names) => names?.every((name) => mayUseId(key, target, name))),
  );
}

export const othersNotAllowed: GatewayError = {
  ...{ status: 400, code: 'model_not_allowed', param: 'models' },
  message:
    'this key is limited to some models, so "models" and "fallbacks" must be lists of names of these, as the channel has them',
};

/** Null if it isn't a list of strings. */
function namesAt(body: Buffer, value: number): string[] | null {
  if (body.toString('latin1', value, value + 4) === 'null') return [];
  if (body[value] !== openBracket) return null;
  const names: string[] = [];
  let at = firstByte(body, value + 1);
  if (body[at] === closingBracket) return names;
  while (body[at] === quote && names.length < nameLimit) {
    const end = endOfString(body, at + 1);
    if (end < 0) return null;
    names.push(textOf(body.toString('utf8', at, end + 1)));
    const next = firstByte(body, end + 1);
    if (body[next] === closingBracket) return names;
    if (body[next] !== comma) return null;
    at = firstByte(body, next + 1);
  }
  return null;
}

/** A text that isn't valid names no model. */
function textOf(json: string): string {
  try {
    return String(JSON.parse(json));
  } catch {
    return '';
  }
}
