import { AppError } from '@api-monitor/core';
import { importLimits, tooMuch } from '../import-limits.ts';
import { isRecord } from './bound-entries.ts';

/** The value of a JSON text, or a list of the values of JSON lines. Throws AppError `invalid_input`. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const lines = text.split('\n', importLimits.channels + 2).map((line) => line.trim());
    const filled = lines.flatMap((line, index) => (line === '' ? [] : [{ line, index }]));
    const [first, second] = filled;
    if (!first || !second || !isObject(first.line)) throw invalidJson(cause);
    if (filled.length > importLimits.channels) throw tooMuch(`${importLimits.channels} channels`);
    return filled.map(({ line, index }) => parseLine(line, index + 1));
  }
}

function parseLine(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new AppError('invalid_input', `line ${number} of the file is not valid JSON`, { cause });
  }
}

function isObject(line: string): boolean {
  try {
    return isRecord(JSON.parse(line));
  } catch {
    return false;
  }
}

/** The rest of the parser's message quotes the file, which holds keys. */
function invalidJson(cause: unknown): AppError {
  const message = cause instanceof Error ? cause.message : '';
  const place = /at position \d+/.exec(message)?.[0] ?? '';
  return new AppError('invalid_input', `the file is not valid JSON ${place}`.trim(), { cause });
}
