import {
  AppError,
  type FieldError,
  type FieldErrorCode,
  type FieldErrors,
  fieldErrorCodes,
} from '@api-monitor/core';
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** What is wrong with a field, for people and for programs: `must be at most 1440`, `too_large`. */
type Fault = FieldError & { words: string };

const mostSentences = 5;
const mostFields = 20;

/**
 * AppError `invalid_input` with a sentence for each bad field, five at most, that starts with the field.
 * `input`: what was parsed, to tell missing fields from bad ones.
 */
export function invalidInput(error: z.ZodError, input: unknown): AppError {
  const sentences = new Map<string, string>();
  const fields: [string, FieldError][] = [];
  for (const issue of error.issues) {
    const path = issue.path.join('.');
    const isFirst = !sentences.has(path);
    if (issue.code === 'unrecognized_keys') {
      if (isFirst) sentences.set(path, `unknown field ${shownKeys(issue.keys)}`);
      const unknown = issue.keys.map((key) => fieldOf([...issue.path, key]));
      fields.push(...unknown.map((key): [string, FieldError] => [key, { code: 'unknown_field' }]));
    } else if (isFirst) {
      const { words, ...fieldError } = faultOf(issue, valueAt(input, issue.path) === undefined);
      sentences.set(path, `${path === '' ? 'the body' : fieldOf(issue.path)} ${words}`);
      if (path !== '') fields.push([fieldOf(issue.path), fieldError]);
    }
  }
  const detail = [...sentences.values()].slice(0, mostSentences).join('; ');
  const shown: FieldErrors = Object.fromEntries(fields.slice(0, mostFields));
  return new AppError('invalid_input', detail, fields.length > 0 ? { fields: shown } : {});
}

/** Schemas word formats, unions and their own rules; everything else is worded here. */
function faultOf(issue: Issue, isMissing: boolean): Fault {
  switch (issue.code) {
    case 'invalid_type':
      if (isMissing) return { words: 'is required', code: 'required' };
      return issue.expected === 'int'
        ? { words: 'must be a whole number', code: 'not_whole' }
        : { words: `must be ${withArticle(issue.expected)}`, code: 'wrong_type' };
    case 'too_small': {
      const bound = Number(issue.minimum);
      const isEmpty = issue.origin === 'string' && bound === 1;
      if (isEmpty) return { words: 'must not be empty', code: 'required' };
      if (issue.inclusive) return faultOfBound(issue.origin, bound, true);
      return { words: `must be greater than ${bound}`, code: 'not_above', bound };
    }
    case 'too_big':
      return faultOfBound(issue.origin, Number(issue.maximum), false);
    case 'invalid_value': {
      const words = `must be one of ${issue.values.map(String).join(', ')}`;
      return { words, code: isMissing ? 'required' : 'not_allowed' };
    }
    case 'invalid_union':
      return { ...faultOfUnion(issue.errors, isMissing), words: issue.message };
    case 'custom': {
      // Schemas and transforms name the code themselves: `params: { code, bound }`.
      const { code, bound } = issue.params ?? {};
      const known = fieldErrorCodes.find((one) => one === code) ?? 'wrong_format';
      const limit = typeof bound === 'number' ? { bound } : {};
      return { words: issue.message, code: known, ...limit };
    }
    default:
      return { words: issue.message, code: 'wrong_format' };
  }
}

function faultOfBound(origin: string, bound: number, isLower: boolean): Fault {
  const side = isLower ? 'at least' : 'at most';
  const fault = (words: string, lower: FieldErrorCode, upper: FieldErrorCode): Fault => ({
    words,
    code: isLower ? lower : upper,
    bound,
  });
  switch (origin) {
    case 'string':
      return fault(`must have ${side} ${bound} characters`, 'too_short', 'too_long');
    case 'array':
      return fault(`must have ${side} ${bound} items`, 'too_few', 'too_many');
    default:
      return fault(`must be ${side} ${bound}`, 'too_small', 'too_large');
  }
}

/** The fault of the first alternative that accepts the type; schemas put the usual one first. */
function faultOfUnion(alternatives: readonly Issue[][], isMissing: boolean): Fault {
  const faults = alternatives.flatMap(([first]) => (first ? faultOf(first, isMissing) : []));
  const [fallback = { words: '', code: 'wrong_format' } satisfies Fault] = faults;
  return faults.find(({ code }) => code !== 'wrong_type') ?? fallback;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
    input,
  );
}

function shownKeys(keys: readonly string[]): string {
  const shown = keys.slice(0, 5).map((key) => JSON.stringify(key.slice(0, 64)));
  return shown.join(', ') + (keys.length > 5 ? ` and ${keys.length - 5} more` : '');
}

function fieldOf(path: readonly PropertyKey[]): string {
  return path.map((part) => String(part).slice(0, 64)).join('.');
}

function withArticle(expected: string): string {
  if (expected === 'array') return 'a list';
  return expected === 'object' ? 'an object' : `a ${expected}`;
}
