import { targetFieldSchemas } from '@api-monitor/core';
import { isRecord } from '../bound-entries.ts';
import { objectIn } from './one-api-losses.ts';

/** Lines for a field of ours, and what of the row has no line: names, never values. */
export interface MappedRules {
  lines: string[];
  lost: string[];
}

const nothing: MappedRules = { lines: [], lost: [] };

/** new-api follows a mapping from name to name; a longer chain is a circle. */
const longestChain = 10;

/**
 * `model_mapping` (`{"gpt-4o": "gpt-4o-2024-11-20"}`) as aliases, with the id at the end of each chain.
 * https://github.com/QuantumNous/new-api, `relay/helper/model_mapped.go`
 */
export function aliasesIn(value: unknown): MappedRules & { idOf: ReadonlyMap<string, string> } {
  const { mapping, lost } = mappingIn(value, 'model_mapping');
  const names = new Map(Object.entries(mapping).flatMap(([name, id]) => pairOf(name, id)));
  const idOf = new Map<string, string>();
  const read = [...Object.keys(mapping)].map((name): MappedRules => {
    const id = endOf(names, name.trim());
    if (id === name.trim()) return nothing;
    const line = id === null ? null : lineOf('model_aliases', `${name.trim()} = ${id}`);
    if (line === null || id === null) return { lines: [], lost: [`model_mapping.${name}`] };
    idOf.set(name.trim(), id);
    return { lines: [line], lost: [] };
  });
  return { ...joined([{ lines: [], lost }, ...read]), idOf };
}

function pairOf(name: string, id: unknown): [string, string][] {
  return typeof id === 'string' && id.trim() !== '' ? [[name.trim(), id.trim()]] : [];
}

/** null if the name leads nowhere, or to itself. */
function endOf(names: ReadonlyMap<string, string>, name: string): string | null {
  let end = names.get(name) ?? null;
  for (let step = 0; step < longestChain && end !== null; step += 1) {
    const next = names.get(end);
    if (next === undefined || next === end) return end;
    end = next;
  }
  return null;
}

/**
 * Headers as rules (`header_override`, or `headers` in `setting`); `{client_header:Name}` is one of the
 * client's. What our rules refuse, such as a credential, is lost.
 */
export function headersIn(value: unknown, column: string): MappedRules {
  const { mapping, lost } = mappingIn(value, column);
  const read = Object.entries(mapping).map(([name, text]): MappedRules => {
    const given = String(text).replaceAll(/\{client_header:([^}]*)\}/g, '$${client:$1}');
    const isPlain = typeof text === 'string' && !/\{api_key\}/i.test(given);
    const line = isPlain ? lineOf('headers', `${name}: ${given}`) : null;
    return line === null ? { lines: [], lost: [`${column}.${name}`] } : { lines: [line], lost: [] };
  });
  return joined([{ lines: [], lost }, ...read]);
}

/**
 * `param_override` as changes to bodies: values by name, or new-api's list of `operations`, of which those
 * that set or delete a field without conditions have a counterpart.
 */
export function overridesIn(value: unknown, column: string): MappedRules {
  const { mapping, lost } = mappingIn(value, column);
  const { operations, ...values } = mapping;
  if (operations !== undefined && !Array.isArray(operations)) lost.push(`${column}.operations`);
  const plain = Object.entries(values).map(([name, one]) =>
    overrideOf(`/${escaped(name)} = ${JSON.stringify(one)}`, `${column}.${name}`),
  );
  const steps = (Array.isArray(operations) ? operations : []).map((step, index) =>
    overrideOf(operationOf(step), `${column}.operations.${index}`),
  );
  return joined([{ lines: [], lost }, ...plain, ...steps]);
}

function overrideOf(text: string | null, name: string): MappedRules {
  const line = text === null ? null : lineOf('body_overrides', text);
  return line === null ? { lines: [], lost: [name] } : { lines: [line], lost: [] };
}

/** null if it has no counterpart. */
function operationOf(step: unknown): string | null {
  if (!isRecord(step) || typeof step.path !== 'string') return null;
  const hasConditions = Array.isArray(step.conditions)
    ? step.conditions.length > 0
    : step.conditions;
  // Paths in gjson's form: dots between names, and signs that search.
  if (hasConditions || /[*?#|@\\-]/.test(step.path)) return null;
  const pointer = step.path
    .split('.')
    .map((key) => `/${escaped(key)}`)
    .join('');
  if (step.mode === 'delete') return `-${pointer}`;
  if (step.mode !== 'set' || step.value === undefined) return null;
  return `${step.keep_origin === true ? '?' : ''}${pointer} = ${JSON.stringify(step.value)}`;
}

/** For a JSON pointer (RFC 6901, 3). */
function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** An object, or a text with one; what is neither is lost as a whole. */
function mappingIn(value: unknown, column: string) {
  const mapping = objectIn(value);
  const isEmpty = value === undefined || value === null || String(value).trim() === '';
  const lost = mapping === null && !isEmpty && value !== 'null' ? [column] : [];
  return { mapping: mapping ?? {}, lost };
}

/** As it will be stored; null if the field's rules refuse it. */
function lineOf(field: 'model_aliases' | 'headers' | 'body_overrides', text: string) {
  const { success, data } = targetFieldSchemas[field].element.safeParse(text);
  return success ? data : null;
}

function joined(parts: readonly MappedRules[]): MappedRules {
  return {
    lines: [...new Set(parts.flatMap(({ lines }) => lines))],
    lost: parts.flatMap(({ lost }) => lost),
  };
}
