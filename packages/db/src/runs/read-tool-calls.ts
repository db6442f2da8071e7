import type { ToolCall } from '@api-monitor/core';

/**
 * The tool calls of a stored row. Rows of the older tool hold what the provider sent (OpenAI's
 * `{function: {name, arguments}}`); text that is no JSON list reads as none.
 */
export function readToolCalls(text: string): ToolCall[] {
  if (text === '[]') return [];
  try {
    const calls: unknown = JSON.parse(text);
    return Array.isArray(calls) ? calls.map(toolCallOf) : [];
  } catch {
    return [];
  }
}

function toolCallOf(call: unknown): ToolCall {
  const inner = fieldOf(call, 'function') ?? call;
  return { name: textOf(fieldOf(inner, 'name')), arguments: textOf(fieldOf(inner, 'arguments')) };
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : JSON.stringify(value);
}
