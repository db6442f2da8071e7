import { defaultAnthropicVersion, defaultPrompt } from '@api-monitor/core';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

/** Gives rows of the older tool the form that this room's queries trust. */
export async function mendOldRows(db: Kysely<Schema>, nowS: number): Promise<void> {
  await endStaleRuns(db, nowS);
  await fillTargets(db);
  await fillRuns(db);
  await fillRunModels(db);
  await fillProxyKeys(db);
  await orderTargets(db);
  await mendSelections(db);
}

/** The older tool is stopped by now: whatever was running died with it. */
async function endStaleRuns(db: Kysely<Schema>, nowS: number): Promise<void> {
  await db
    .updateTable('runs')
    .set({ status: 'error', error: 'interrupted', finished_at: nowS })
    .where('status', '=', 'running')
    .execute();
}

/** Columns that the older tool let be null. */
async function fillTargets(db: Kysely<Schema>): Promise<void> {
  await db
    .updateTable('targets')
    .set({
      prompt: sql<string>`coalesce(prompt, ${defaultPrompt})`,
      anthropic_version: sql<string>`coalesce(anthropic_version, ${defaultAnthropicVersion})`,
      max_models: sql<number>`coalesce(max_models, 0)`,
      visitor_channel_actions_enabled: sql<0 | 1>`coalesce(visitor_channel_actions_enabled, 0)`,
      selected_models: sql<string>`coalesce(selected_models, '[]')`,
      last_total: sql<number>`coalesce(last_total, 0)`,
      last_success: sql<number>`coalesce(last_success, 0)`,
      last_fail: sql<number>`coalesce(last_fail, 0)`,
    })
    .execute();
  // The older tool wrote empty text for what is not there.
  await db.updateTable('targets').set({ source_url: null }).where('source_url', '=', '').execute();
  await db
    .updateTable('targets')
    .set({ last_status: null })
    .where('last_status', 'not in', ['healthy', 'degraded', 'down', 'no_models', 'error'])
    .execute();
}

async function fillRuns(db: Kysely<Schema>): Promise<void> {
  await db
    .updateTable('runs')
    .set({
      total: sql<number>`coalesce(total, 0)`,
      success: sql<number>`coalesce(success, 0)`,
      fail: sql<number>`coalesce(fail, 0)`,
    })
    .where(sql<boolean>`total is null or success is null or fail is null`)
    .execute();
}

async function fillProxyKeys(db: Kysely<Schema>): Promise<void> {
  await db
    .updateTable('proxy_keys')
    .set({
      allowed_targets: sql<string>`coalesce(allowed_targets, '[]')`,
      allowed_models: sql<string>`coalesce(allowed_models, '[]')`,
      description: sql<string>`coalesce(description, '')`,
    })
    .execute();
}

async function fillRunModels(db: Kysely<Schema>): Promise<void> {
  await db
    .updateTable('run_models')
    .set({
      tool_calls: sql<string>`coalesce(tool_calls, '[]')`,
      content: sql<string>`coalesce(content, '')`,
      endpoint: sql<string>`coalesce(endpoint, '')`,
      tool_calls_count: sql<number>`coalesce(tool_calls_count, 0)`,
      route: sql<'chat'>`coalesce(route, 'chat')`,
    })
    .where(
      sql<boolean>`tool_calls is null or content is null or endpoint is null or tool_calls_count is null or route is null`,
    )
    .execute();
}

/** Where no order was ever kept, that of creation is the order. */
async function orderTargets(db: Kysely<Schema>): Promise<void> {
  const targets = await db
    .selectFrom('targets')
    .select(['id', 'sort_order'])
    .orderBy('id')
    .execute();
  let last = Math.max(0, ...targets.map((target) => target.sort_order ?? 0));
  for (const target of targets) {
    if ((target.sort_order ?? 0) >= 1) continue;
    last += 1;
    await db.updateTable('targets').set({ sort_order: last }).where('id', '=', target.id).execute();
  }
}

/** A selection that isn't a JSON list of names means "all", as an empty one does. */
async function mendSelections(db: Kysely<Schema>): Promise<void> {
  const targets = await db.selectFrom('targets').select(['id', 'selected_models']).execute();
  for (const target of targets) {
    if (isListOfNames(target.selected_models)) continue;
    await db
      .updateTable('targets')
      .set({ selected_models: '[]' })
      .where('id', '=', target.id)
      .execute();
  }
}

function isListOfNames(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((name) => typeof name === 'string');
  } catch {
    return false;
  }
}
