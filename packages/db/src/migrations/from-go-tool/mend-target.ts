import {
  defaultAnthropicVersion,
  defaultPrompt,
  normaliseBaseUrl,
  type TargetStatus,
  targetFieldSchemas,
  targetStatuses,
} from '@api-monitor/core';
import type { TargetTableRow } from '../../schema.ts';
import { looksSealed } from '../../secrets/secret-box.ts';
import { readBit, readJson, readText, readTime, readWhole, readWithin } from './read-old-value.ts';

/** A row as the older tool left it: any column may hold anything. */
export type OldRow<Row> = Readonly<Record<keyof Row, unknown>>;

type MendedTarget = Omit<
  TargetTableRow,
  'id' | 'sort_order' | 'listed_models' | 'deleted_at' | 'revision'
>;

const nameLength = 128;
const countLimit = 1_000_000;

/** Stands where a channel has no address or key: reserved, so that nobody answers there (RFC 2606). */
const placeholderUrl = 'https://unknown.invalid';
const placeholderKey = 'unknown';

/**
 * The row with every column in its type and bounds; what can't be read becomes the wire contract's
 * default. A channel that can't be asked (no name, address or key) is kept, but disabled, and says why.
 */
export function mendTarget(
  id: number,
  row: OldRow<MendedTarget>,
  takenNames: ReadonlySet<string>,
  nowS: number,
): MendedTarget {
  const identity = mendIdentity(id, row, takenNames);
  const createdAt = readTime(row.created_at) ?? nowS;
  const fault = faultOf(row);
  return {
    ...identity,
    ...mendOptions(row),
    ...mendSummary(row),
    created_at: createdAt,
    updated_at: readTime(row.updated_at) ?? createdAt,
    ...(fault === null ? {} : { enabled: 0 as const, last_error: fault }),
  };
}

function mendIdentity(id: number, row: OldRow<MendedTarget>, taken: ReadonlySet<string>) {
  return {
    name: freeName(readText(row.name)?.slice(0, nameLength).trim() ?? `Channel ${id}`, id, taken),
    base_url: normaliseBaseUrl(readText(row.base_url) ?? placeholderUrl),
    api_key: readText(row.api_key) ?? placeholderKey,
  };
}

function freeName(wanted: string, id: number, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  const suffix = ` (${id})`;
  return freeName(`${wanted.slice(0, nameLength - suffix.length)}${suffix}`, id, taken);
}

function faultOf(row: OldRow<MendedTarget>): string | null {
  const faults: string[] = [];
  const url = URL.parse(readText(row.base_url) ?? '');
  const key = readText(row.api_key);
  if (readText(row.name) === null) faults.push('name is missing');
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    faults.push('base_url is no http:// or https:// address');
  }
  if (key === null) faults.push('api_key is missing');
  else if (!looksSealed(key) && !targetFieldSchemas.api_key.safeParse(key).success) {
    faults.push('api_key cannot be sent as a header');
  }
  if (faults.length === 0) return null;
  return `disabled when the older data was taken over: ${faults.join('; ')}`;
}

function mendOptions(row: OldRow<MendedTarget>) {
  const fields = targetFieldSchemas;
  const models = fields.selected_models.safeParse(readJson(row.selected_models));
  return {
    enabled: readBit(row.enabled) ?? 1,
    interval_min: readWhole(row.interval_min, 1, 1440) ?? 30,
    timeout_s: readWithin(row.timeout_s, 3, 300) ?? 30,
    verify_ssl: readBit(row.verify_ssl) ?? 1,
    prompt: fields.prompt.safeParse(row.prompt).data ?? defaultPrompt,
    anthropic_version:
      fields.anthropic_version.safeParse(row.anthropic_version).data ?? defaultAnthropicVersion,
    max_models: readWhole(row.max_models, 0, 5000) ?? 0,
    source_url: fields.source_url.safeParse(row.source_url).data ?? null,
    visitor_channel_actions_enabled: readBit(row.visitor_channel_actions_enabled) ?? 0,
    selected_models: JSON.stringify(models.data ?? []),
  };
}

function mendSummary(row: OldRow<MendedTarget>) {
  return {
    last_run_at: readTime(row.last_run_at),
    last_status: readStatus(row.last_status),
    last_total: readWhole(row.last_total, 0, countLimit) ?? 0,
    last_success: readWhole(row.last_success, 0, countLimit) ?? 0,
    last_fail: readWhole(row.last_fail, 0, countLimit) ?? 0,
    last_log_file: readText(row.last_log_file),
    last_error: readText(row.last_error),
  };
}

function readStatus(value: unknown): TargetStatus | null {
  return targetStatuses.find((status) => status === value) ?? null;
}
