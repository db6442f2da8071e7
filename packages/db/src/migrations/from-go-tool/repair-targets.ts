import { normaliseBaseUrl, targetFieldSchemas, targetStatuses } from '@api-monitor/core';
import type { Kysely } from 'kysely';
import { looksSealed } from '../../secrets/secret-box.ts';
import type { AnySchema } from '../steps/any-schema.ts';
import { firstAnthropicVersion, firstPrompt, targetsColumns } from './first-columns.ts';
import {
  type OldRow,
  readBit,
  readJson,
  readText,
  readTime,
  readWhole,
  readWithin,
} from './read-old-value.ts';

const largestOrder = 1_000_000;

/** Brings every channel into its form, and gives an order to those that have none. */
export async function repairTargets(db: Kysely<AnySchema>, nowS: number): Promise<void> {
  const rows = await db
    .selectFrom('targets')
    .select(targetsColumns.map(({ name }) => name))
    .orderBy('id')
    .$castTo<OldRow & { id: number; name: string }>()
    .execute();
  const orders = ordersOf(rows);
  // The names in the table at each step, because no two may be the same there.
  const taken = new Set(rows.map(({ name }) => name));
  for (const [index, row] of rows.entries()) {
    taken.delete(row.name);
    const repaired = repairTarget(row.id, row, taken, nowS);
    taken.add(repaired.name);
    await db
      .updateTable('targets')
      .set({ ...repaired, sort_order: orders[index] })
      .where('id', '=', row.id)
      .execute();
  }
}

/** The order of each row: rows without one follow the others. If one is too large, all are numbered again. */
function ordersOf(rows: readonly OldRow[]): number[] {
  const kept = rows.map(({ sort_order }) => readWhole(sort_order, 1, largestOrder));
  let last = Math.max(0, ...kept.map((order) => order ?? 0));
  const orders = kept.map((order) => {
    if (order !== null) return order;
    last += 1;
    return last;
  });
  if (last <= largestOrder) return orders;
  const places = [...orders.keys()].sort((a, b) => (orders[a] ?? 0) - (orders[b] ?? 0));
  return orders.map((_, index) => places.indexOf(index) + 1);
}

const nameLength = 128;
const countLimit = 1_000_000;

/** For a channel without an address: the name is reserved, so nobody answers there (RFC 2606). */
const placeholderUrl = 'https://unknown.invalid';
const placeholderKey = 'unknown';

/**
 * The row with every column in its type and bounds; what can't be read becomes the default. A channel
 * that can't be used (no name, address or key) is kept, but disabled, and says why.
 */
function repairTarget(id: number, row: OldRow, takenNames: ReadonlySet<string>, nowS: number) {
  const identity = repairIdentity(id, row, takenNames);
  const createdAt = readTime(row.created_at) ?? nowS;
  const fault = faultOf(row);
  return {
    ...identity,
    ...repairOptions(row),
    ...repairSummary(row),
    created_at: createdAt,
    updated_at: readTime(row.updated_at) ?? createdAt,
    ...(fault === null ? {} : { enabled: 0, last_error: fault }),
  };
}

function repairIdentity(id: number, row: OldRow, taken: ReadonlySet<string>) {
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

function faultOf(row: OldRow): string | null {
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

function repairOptions(row: OldRow) {
  const fields = targetFieldSchemas;
  const models = fields.selected_models.safeParse(readJson(row.selected_models));
  return {
    enabled: readBit(row.enabled) ?? 1,
    interval_min: readWhole(row.interval_min, 1, 1440) ?? 30,
    timeout_s: readWithin(row.timeout_s, 3, 300) ?? 30,
    verify_ssl: readBit(row.verify_ssl) ?? 1,
    prompt: fields.prompt.safeParse(row.prompt).data ?? firstPrompt,
    anthropic_version:
      fields.anthropic_version.safeParse(row.anthropic_version).data ?? firstAnthropicVersion,
    max_models: readWhole(row.max_models, 0, 5000) ?? 0,
    source_url: fields.source_url.safeParse(row.source_url).data ?? null,
    visitor_channel_actions_enabled: readBit(row.visitor_channel_actions_enabled) ?? 0,
    selected_models: JSON.stringify(models.data ?? []),
  };
}

function repairSummary(row: OldRow) {
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

function readStatus(value: unknown): string | null {
  return targetStatuses.find((status) => status === value) ?? null;
}
