import type { BodyOverride } from '@api-monitor/core';
import { firstByte, openBrace, openBracket } from '../json-bytes.ts';
import { eachMember, type Member } from './json-members.ts';
import { createKeyFinder } from './key-finder.ts';
import { type Splice, splicedBody } from './splices.ts';

/** A change below a value: what is left of its pointer. */
type Change = Pick<BodyOverride, 'action' | 'json'> & { path: readonly string[] };

/** `repeated`: a key that a change is about, and that the client wrote twice or in other letter case. */
export type Overridden = { ok: true; splices: Splice[] } | { ok: false; repeated: string };

/**
 * What a channel's overrides change in a JSON body. Pointers are about the body as the client sent it, and
 * the overrides are applied in their order. All other bytes stay as they are, large numbers included. A
 * pointer through a value that has no fields changes nothing, and so does anything in a body that isn't a
 * JSON object. A key that comes twice is refused, because parsers differ in which one they use, and some
 * ignore letter case.
 */
export function overrideBody(body: Buffer, overrides: readonly Change[]): Overridden {
  const open = firstByte(body);
  if (overrides.length === 0 || body[open] !== openBrace) return { ok: true, splices: [] };
  const splices: Splice[] = [];
  const fault = changeWithin(body, open, overrides, splices);
  if (fault === broken) return { ok: true, splices: [] };
  return fault === null ? { ok: true, splices } : { ok: false, repeated: fault };
}

const broken = Symbol('not JSON');
/** The repeated key, if there is one. */
type Fault = string | typeof broken | null;

/** Adds what changes within an object or an array. */
function changeWithin(
  body: Buffer,
  open: number,
  changes: readonly Change[],
  splices: Splice[],
): Fault {
  const isArray = body[open] === openBracket;
  const groups = Map.groupBy(changes, ({ path }) => path[0] ?? '');
  const keys = [...groups.keys()];
  const findKey = createKeyFinder(keys);
  const lastIndex = Math.max(-1, ...keys.map(Number).filter(Number.isInteger));
  const found = new Set<string>();
  let fault: Fault = null;
  let [kept, length, end] = [0, 0, open + 1];
  const closeAt = eachMember(body, open, (member) => {
    length += 1;
    end = member.valueEnd;
    if (fault !== null || (isArray && member.index > lastIndex)) {
      kept += 1;
      return;
    }
    const { keyStart, keyEnd } = member;
    const key = isArray ? String(member.index) : findKey(body, keyStart, keyEnd);
    const group = key === null ? undefined : groups.get(key);
    if (key === null || !group) {
      kept += 1;
      return;
    }
    const isExact = isArray || decoded(body, keyStart, keyEnd) === key;
    if (found.has(key) || !isExact) fault = key;
    found.add(key);
    const after = afterChanges(group.map(below), { kind: 'as_it_is', changes: [] });
    if (after.kind === 'absent') {
      splices.push(removal(member, kept > 0));
      return;
    }
    kept += 1;
    if (after.kind === 'set') {
      splices.push({ start: member.valueStart, end: member.valueEnd, text: after.text });
    } else if (after.changes.length > 0 && hasFields(body, member.valueStart)) {
      fault ??= changeWithin(body, member.valueStart, after.changes, splices);
    }
  });
  if (closeAt < 0) return broken;
  if (fault !== null) return fault;
  const added = keys.flatMap((key) => {
    if (found.has(key) || (isArray && key !== '-' && key !== String(length))) return [];
    const after = afterChanges((groups.get(key) ?? []).map(below), { kind: 'absent' });
    return after.kind === 'set' ? [{ key, text: after.text }] : [];
  });
  if (added.length > 0) splices.push(addition(added, { isArray, open, end, kept }));
  return null;
}

/** A value while the changes to it are applied, one after the other. */
type Value =
  | { kind: 'as_it_is'; changes: Change[] }
  | { kind: 'set'; text: Buffer }
  | { kind: 'absent' };

function afterChanges(changes: readonly Change[], before: Value): Value {
  return changes.reduce(afterChange, before);
}

function afterChange(value: Value, change: Change): Value {
  const { action, path, json } = change;
  if (path.length === 0) {
    if (action === 'delete') return { kind: 'absent' };
    const isSet = action === 'set' || value.kind === 'absent';
    return isSet ? { kind: 'set', text: Buffer.from(json ?? 'null') } : value;
  }
  switch (value.kind) {
    case 'as_it_is':
      return { kind: 'as_it_is', changes: [...value.changes, change] };
    case 'absent':
      return action === 'delete' ? value : { kind: 'set', text: nested(path, json ?? 'null') };
    case 'set':
      return { kind: 'set', text: changedText(value.text, change) };
  }
}

function changedText(text: Buffer, change: Change): Buffer {
  const splices: Splice[] = [];
  const fault = hasFields(text, 0) ? changeWithin(text, 0, [change], splices) : broken;
  return fault === null ? Buffer.concat(splicedBody(text, splices)) : text;
}

/** The value of a key whose parents are missing too. */
function nested(path: readonly string[], json: string): Buffer {
  const before = path.map((key) => `{${JSON.stringify(key)}:`).join('');
  return Buffer.from(before + json + '}'.repeat(path.length));
}

function below({ action, path, json }: Change): Change {
  return { action, path: path.slice(1), json };
}

function hasFields(body: Buffer, at: number): boolean {
  return body[at] === openBrace || body[at] === openBracket;
}

/** With one of the commas around it: `isAfterOthers` if any member before it stays. */
function removal(
  { start, valueEnd, commaBefore, commaAfter }: Member,
  isAfterOthers: boolean,
): Splice {
  const text = Buffer.alloc(0);
  if (isAfterOthers) return { start: commaBefore, end: valueEnd, text };
  return { start, end: commaAfter < 0 ? valueEnd : commaAfter + 1, text };
}

interface Container {
  isArray: boolean;
  open: number;
  /** Of its last member; behind the bracket if it is empty. */
  end: number;
  /** How many of its members stay. */
  kept: number;
}

/** New fields come first, new elements last. */
function addition(
  added: readonly { key: string; text: Buffer }[],
  { isArray, open, end, kept }: Container,
): Splice {
  const comma = Buffer.from(',');
  const members = added.map(({ key, text }) =>
    isArray ? text : Buffer.concat([Buffer.from(`${JSON.stringify(key)}:`), text]),
  );
  const parts = members.flatMap((member, at) => (at === 0 ? [member] : [comma, member]));
  if (isArray) {
    const text = Buffer.concat(kept > 0 ? [comma, ...parts] : parts);
    return { start: end, end, text };
  }
  const text = Buffer.concat(kept > 0 ? [...parts, comma] : parts);
  return { start: open + 1, end: open + 1, text };
}

function decoded(body: Buffer, start: number, end: number): string | null {
  try {
    return String(JSON.parse(`"${body.toString('utf8', start, end)}"`));
  } catch {
    return null;
  }
}
