import { type BoardKey, mayUseId } from '../board/board.ts';
import type { GatewayError } from '../dialects/gateway-error.ts';
import type { Outline } from './conversation/outline.ts';
import { closingBracket, endOfString, firstByte, openBracket, quote } from './json-bytes.ts';
import type { Choice } from './resolve-candidates.ts';

/** Far more than anybody falls back on. */
const nameLimit = 100;
const comma = 0x2c;

/**
 * The choices where the key may use every model that the body names besides `model`: the channel may be a
 * relay that falls back on them. A key that minds prices may use none, because the answer is priced as the
 * model that was asked for.
 */
export function choicesForOthers(
  key: BoardKey,
  body: Buffer,
  { otherModels }: Outline,
  choices: Choice[],
): Choice[] {
  const { maxPrice, mustBeKnown } = key.demands;
  const mindsPrices = maxPrice !== null || mustBeKnown;
  if ((key.models === null && !mindsPrices) || otherModels.length === 0) return choices;
  const lists = otherModels.map((value) => namesAt(body, value));
  return choices.filter(({ entry: { target, model } }) => {
    const isAllowed = (name: string) =>
      mayUseId(key, target, name) && (name === model || !mindsPrices);
    return lists.every((names) => names?.every(isAllowed));
  });
}

export function othersNotAllowed({ models }: Pick<BoardKey, 'models'>): GatewayError {
  const message =
    models === null
      ? 'this key has limits of money, so "models" and "fallbacks" must not name another model'
      : 'this key is limited to some models, so "models" and "fallbacks" must be lists of names of these, as the channel has them';
  return { status: 400, code: 'model_not_allowed', param: 'models', message };
}

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
