import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HistoryPoint } from '@api-monitor/core';
import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { writeOldDatabase } from '../../../test/old-database.ts';
import { finish, probe, startedRun, targetInput } from '../../../test/samples.ts';
import { openIn, tempFolder } from '../../../test/temp-database.ts';
import {
  createTarget,
  deleteTarget,
  getSettings,
  listGatewayKeys,
  listModelStates,
  listRunModels,
  listRunningTargetIds,
  listRuns,
  listTargets,
  openApiKey,
  readProbeSeries,
} from '../../index.ts';

const shapes = ['oldest', 'newest'] as const;

describe.each(shapes)('a data folder of the older tool in its %s shape', (shape) => {
  async function openOld() {
    const dataDir = await tempFolder();
    writeOldDatabase(dataDir, shape);
    return { dataDir, db: await openIn(dataDir) };
  }

  test('keeps every channel, with the defaults of missing columns', async () => {
    const { db } = await openOld();
    const byName = new Map((await listTargets(db)).map((target) => [target.name, target]));
    expect(byName.get('One')).toMatchObject({
      id: 1,
      base_url: 'https://one.example',
      enabled: true,
      verify_ssl: false,
      source_url: null,
      visitor_channel_actions_enabled: shape === 'newest',
      selected_models: shape === 'newest' ? ['gpt-4o'] : [],
      last_status: 'degraded',
      last_run_at: 140,
    });
    expect(byName.get('Two')).toMatchObject({
      id: 2,
      source_url: shape === 'newest' ? 'https://two.example/about' : null,
      selected_models: [],
      last_status: null,
      last_run_at: null,
      last_total: 0,
    });
  });

  test('keeps the order of the channels', async () => {
    const { db } = await openOld();
    const targets = await listTargets(db);
    expect(targets.map((target) => [target.name, target.sort_order])).toEqual(
      shape === 'newest'
        ? [
            ['Two', 1],
            ['One', 2],
          ]
        : [
            ['One', 1],
            ['Two', 2],
          ],
    );
  });

  test('encrypts keys that were stored in the clear, and still opens them', async () => {
    const { dataDir, db } = await openOld();
    const [first] = (await listTargets(db)).filter((target) => target.name === 'One');
    expect(first?.api_key).toMatch(/^v1:/);
    expect(first && openApiKey(db, first)).toBe('sk-one-in-the-clear');
    const stored = await db.kysely.selectFrom('targets').select('api_key').execute();
    expect(JSON.stringify(stored)).not.toContain('in-the-clear');
    expect(await readFile(join(dataDir, 'encryption.key'), 'utf8')).toMatch(
      /^[A-Za-z0-9+/]{43}=\n$/,
    );
  });

  test('ends the run that was running when the older tool stopped', async () => {
    const { db } = await openOld();
    expect(await listRunningTargetIds(db)).toEqual([]);
    const [latest] = await listRuns(db, 1, 1);
    expect(latest).toMatchObject({
      status: 'error',
      error: 'interrupted',
      cut: 'interrupted',
      finished_at: 1000,
      total: 0,
    });
    expect(await listRuns(db, 1, 200)).toHaveLength(41);
  });

  test('has the last 30 points of each model right after the start', async () => {
    const { db } = await openOld();
    const [alive, dead] = await listModelStates(db, { target_ids: [1] });
    expect(alive).toMatchObject({
      model: 'gpt-4o',
      success: true,
      timestamp: 140,
      state_since: 101,
    });
    expect(dead).toMatchObject({
      model: 'o1-mini',
      success: false,
      error: 'HTTP 500: no',
      last_success_at: 110,
      state_since: 111,
    });
    const points: HistoryPoint[] = JSON.parse(dead?.history ?? '[]');
    expect(points.map((point) => point.timestamp)).toEqual(
      Array.from({ length: 30 }, (_, index) => 111 + index),
    );
  });

  test('has the evidence that the last probes found', async () => {
    const { db } = await openOld();
    const states = await listModelStates(db, { target_ids: [1] });
    expect(states.map(({ evidence }) => evidence)).toMatchObject([
      [{ route: 'chat', state: 'proven', since: 101, proved_at: 140, proved_by: 'probe' }],
      [{ route: 'chat', state: 'failed', failing_since: 111, proved_at: 110, failures: 6 }],
    ]);
    const [series] = await readProbeSeries(db, { target_id: 1, period: 'day', from: 0 });
    expect(series?.periods.get(0)).toMatchObject({ watched_s: 40 * 1800, served_s: 40 * 1800 });
  });

  test('reads rows with null text and tool calls as the provider sent them', async () => {
    const { db } = await openOld();
    const rows = await listRunModels(db, { target_id: 1, limit: 2 });
    expect(rows).toMatchObject([
      { model: 'o1-mini', content: '', tool_calls: [], success: false, error_kind: null },
      { model: 'gpt-4o', tool_calls: [{ name: 'f', arguments: '{}' }], success: true },
    ]);
  });

  test('opens a second time without changes', async () => {
    const { dataDir, db } = await openOld();
    const [targets, states] = [await listTargets(db), await listModelStates(db)];
    await db.close();
    const again = await openIn(dataDir);
    expect(await listTargets(again)).toEqual(targets);
    expect(await listModelStates(again)).toEqual(states);
    expect(await listRuns(again, 1, 200)).toHaveLength(41);
  });

  test('works on: new channels, new runs, deletion', async () => {
    const { db } = await openOld();
    const added = await createTarget(db, targetInput({ name: 'Three' }), 1001);
    expect(added.sort_order).toBe(3);
    await finish(db, await startedRun(db, 1, 1002), [probe({ timestamp: 1003 })]);
    const states = await listModelStates(db, { target_ids: [1] });
    expect(states.map((state) => [state.model, state.timestamp, state.gone_at])).toEqual([
      ['gpt-4o', 1003, null],
      ['o1-mini', 140, 1007],
    ]);
    await deleteTarget(db, 1, 1000);
    const left = await db.kysely.selectFrom('run_models').select('id').execute();
    expect(left).toEqual([]);
  });
});

test('the newest shape keeps its settings and its proxy keys, with sealed tokens', async () => {
  const dataDir = await tempFolder();
  writeOldDatabase(dataDir, 'newest');
  const db = await openIn(dataDir);
  const keys = ['proxy_master_token', 'runtime_api_monitor_token', 'default_interval_min'];
  expect(Object.fromEntries(await getSettings(db, keys))).toEqual({
    proxy_master_token: 'master-token-in-the-clear',
    runtime_api_monitor_token: 'api-token-in-the-clear',
    default_interval_min: '45',
  });
  const stored = await db.kysely.selectFrom('app_settings').select('value').execute();
  expect(JSON.stringify(stored)).not.toContain('in-the-clear');
});

test('the keys of the newest shape work as before, without limits', async () => {
  const dataDir = await tempFolder();
  writeOldDatabase(dataDir, 'newest');
  const db = await openIn(dataDir);
  const unlimited = { expires_at: null, rpm_limit: null, tpm_limit: null, revoked_at: null };
  expect(await listGatewayKeys(db)).toMatchObject([
    {
      name: 'editor',
      key_hash: 'abc123',
      key_prefix: 'amk-ab',
      allowed_target_ids: [1],
      allowed_models: ['One/gpt-4o'],
      enabled: true,
      ...unlimited,
    },
    {
      name: 'script',
      key_hash: 'def456',
      allowed_target_ids: [],
      allowed_models: [],
      description: '',
    },
  ]);
});

test('a key whose list cannot be read is paused instead of opened to everything', async () => {
  const dataDir = await tempFolder();
  writeOldDatabase(dataDir, 'newest');
  const sqlite = new Sqlite(join(dataDir, 'registry.db'));
  sqlite.exec(`UPDATE proxy_keys SET allowed_targets = 'null', allowed_models = '' WHERE name = 'editor';
    UPDATE proxy_keys SET allowed_targets = '1,2' WHERE name = 'script'`);
  sqlite.close();
  const db = await openIn(dataDir);
  const keys = await listGatewayKeys(db);
  expect(
    keys.map(({ name, enabled, allowed_target_ids }) => [name, enabled, allowed_target_ids]),
  ).toEqual([
    ['editor', true, []],
    ['script', false, []],
  ]);
});

test('a key that the older tool writes after the first start is encrypted at the next', async () => {
  const dataDir = await tempFolder();
  writeOldDatabase(dataDir, 'newest');
  const db = await openIn(dataDir);
  await db.kysely.updateTable('targets').set({ api_key: 'sk-later' }).where('id', '=', 2).execute();
  await db.close();
  const again = await openIn(dataDir);
  const target = (await listTargets(again)).find((candidate) => candidate.id === 2);
  expect(target?.api_key).toMatch(/^v1:/);
  expect(target && openApiKey(again, target)).toBe('sk-later');
});
