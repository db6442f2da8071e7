import type { TableData } from './table-data.ts';

/** The data that is built in, loaded when it's needed. The cast's guarantee: `builtInText` wrote the file. */
export async function loadBuiltIn(): Promise<TableData> {
  const { default: data } = await import('./built-in.json', { with: { type: 'json' } });
  return data as unknown as TableData;
}
