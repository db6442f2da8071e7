import { AppError } from '@api-monitor/core';
import type { z } from 'zod';

/** Throws AppError `invalid_input` with a sentence for each bad field, the field named first. */
export function throwInvalidInput(error: z.ZodError): never {
  throw new AppError('invalid_input', describeIssues(error));
}

/** A sentence for each bad field, five at most, the field named first. */
export function describeIssues(error: z.ZodError): string {
  const firstByField = new Map<string, string>();
  for (const issue of error.issues) {
    const field = issue.path.join('.');
    if (!firstByField.has(field)) firstByField.set(field, describeIssue(issue));
  }
  return [...firstByField.values()].slice(0, 5).join('; ');
}

/** One fault of a body or a query as a sentence: `interval_min must be at most 1440`. */
function describeIssue(issue: z.core.$ZodIssue): string {
  const field = issue.path.length === 0 ? 'the body' : fieldOf(issue.path);
  if (!isStandardMessage(issue.message)) return `${field} ${issue.message}`;
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.includes('received undefined')
        ? `${field} is required`
        : `${field} must be ${withArticle(issue.expected)}`;
    case 'too_small':
      return `${field} ${lowerBound(issue)}`;
    case 'too_big':
      return `${field} ${boundOf('at most', issue.maximum, issue.origin)}`;
    case 'unrecognized_keys':
      return `unknown field ${shownKeys(issue.keys)}`;
    case 'invalid_value':
      return `${field} must be one of ${issue.values.map(String).join(', ')}`;
    default:
      return `${field} ${issue.message}`;
  }
}

function shownKeys(keys: readonly string[]): string {
  const shown = keys.slice(0, 5).map((key) => JSON.stringify(key.slice(0, 64)));
  return shown.join(', ') + (keys.length > 5 ? ` and ${keys.length - 5} more` : '');
}

/** zod's own words; a schema that has better ones keeps them. */
function isStandardMessage(message: string): boolean {
  return /^(Invalid|Too small|Too big|Unrecognized)/.test(message);
}

function lowerBound(issue: z.core.$ZodIssueTooSmall): string {
  if (issue.origin === 'string' && issue.minimum === 1) return 'must not be empty';
  if (issue.inclusive === false) return `must be greater than ${issue.minimum}`;
  return boundOf('at least', issue.minimum, issue.origin);
}

function fieldOf(path: readonly PropertyKey[]): string {
  return path.map((part) => String(part).slice(0, 64)).join('.');
}

function withArticle(expected: string): string {
  const words: Record<string, string> = {
    int: 'a whole number',
    object: 'an object',
    array: 'a list',
  };
  return words[expected] ?? `a ${expected}`;
}

function boundOf(side: string, bound: number | bigint, origin: string): string {
  if (origin === 'string') return `must have ${side} ${bound} characters`;
  if (origin === 'array') return `must have ${side} ${bound} items`;
  return `must be ${side} ${bound}`;
}
