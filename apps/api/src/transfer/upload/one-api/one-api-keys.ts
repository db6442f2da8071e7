import { importLimits, tooMuch } from '../../import-limits.ts';
import { isRecord } from '../bound-entries.ts';

export interface RowKey {
  /** null: the row has no key, as in the API's list. */
  key: string | null;
  isEnabled: boolean;
}

const enabledStatus = 1;

/**
 * The different keys of a row's text, one a line; a service account's JSON is one key, on however many lines.
 * `info` is new-api's `channel_info`, which counts lines and lists those that aren't enabled. Throws
 * AppError `invalid_input` for more keys than an import may hold.
 */
export function keysIn(text: string, info: unknown): RowKey[] {
  const lines = linesOf(text.trim());
  if (lines.length > importLimits.channels) throw tooManyChannels();
  const statuses = isRecord(info) ? info.multi_key_status_list : null;
  const isDisabled = (index: number) => {
    const status = isRecord(statuses) ? statuses[index] : undefined;
    return status !== undefined && Number(status) !== enabledStatus;
  };
  const keys = new Map<string, RowKey>();
  for (const [index, line] of lines.entries()) {
    const key = line.trim();
    if (key === '') continue;
    const isEnabled = !isDisabled(index) && (keys.get(key)?.isEnabled ?? true);
    keys.set(key, { key, isEnabled });
  }
  return keys.size > 0 ? [...keys.values()] : [{ key: null, isEnabled: true }];
}

function linesOf(text: string): string[] {
  const lines = () => text.split('\n', importLimits.channels + 1);
  if (!/^[{[]/.test(text)) return lines();
  const whole = parsed(text);
  if (isRecord(whole)) return [JSON.stringify(whole)];
  if (Array.isArray(whole)) {
    return whole.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  }
  const isOneALine = lines().every((line) => isRecord(parsed(line)));
  return isOneALine ? lines() : [text];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export function tooManyChannels() {
  return tooMuch(`${importLimits.channels} channels, and as many keys in a row`);
}
