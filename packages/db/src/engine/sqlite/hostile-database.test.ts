import { targetDefaults } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { writeHostileDatabase } from '../../../test/hostile-database.ts';
import { finish, probe, startedRun } from '../../../test/samples.ts';
import { openIn, tempFolder } from '../../../test/temp-database.ts';
import {
  getSetting,
  getTarget,
  listDueTargets,
  listGatewayKeys,
  listModelStates,
  listRunModels,
  listRuns,
  listTargets,
  openApiKey,
  updateTarget,
} from '../../index.ts';

async function openHostile() {
  const dataDir = await tempFolder();
  writeHostileDatabase(dataDir);
  return openIn(dataDir);
}

test('no channel is lost, and all can be listed and opened', async () => {
  const db = await openHostile();
  const targets = await listTargets(db);
  expect(targets.map(({ id }) => id).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(targets.map(({ sort_order }) => sort_order)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  for (const target of targets) expect(openApiKey(db, target)).not.toBe('');
});

test('null values become the defaults', async () => {
  const db = await openHostile();
  expect(await getTarget(db, 1)).toMatchObject({
    name: 'nulls',
    base_url: 'https://one.example',
    enabled: true,
    interval_min: 30,
    timeout_s: 30,
    verify_ssl: true,
    prompt: targetDefaults.prompt,
    anthropic_version: targetDefaults.anthropic_version,
    max_models: 0,
    source_url: null,
    visitor_channel_actions_enabled: false,
    selected_models: [],
    created_at: 1000,
    updated_at: 1000,
    last_run_at: null,
    last_status: null,
    last_total: 0,
    last_error: null,
  });
});

test.each([
  [2, { name: 'Channel 2 (2)' }, /name is missing/],
  [3, { base_url: 'https://unknown.invalid' }, /base_url is no http/],
  [4, { base_url: 'https://four.example' }, /api_key is missing/],
  [5, { base_url: 'ftp://five.example' }, /base_url is no http/],
])(
  'channel %i cannot be used: it is kept, but disabled, and says why',
  async (id, fields, fault) => {
    const db = await openHostile();
    expect(await getTarget(db, id)).toMatchObject({
      ...fields,
      enabled: false,
      last_error: expect.stringMatching(fault),
    });
  },
);

test('numbers and booleans that are stored as text are read, even if the column has the type of text', async () => {
  const db = await openHostile();
  const target = await getTarget(db, 6);
  expect(target).toMatchObject({
    base_url: 'https://six.example/api',
    enabled: true,
    interval_min: 30,
    timeout_s: 45,
    verify_ssl: false,
    max_models: 0,
    selected_models: [],
    created_at: 1704164645,
    last_run_at: 1704164645,
    last_status: null,
    last_total: 0,
  });
  expect(target && openApiKey(db, target)).toBe('sk-six');
  await updateTarget(db, 6, { interval_min: 7 }, 1001);
  expect((await getTarget(db, 6))?.interval_min).toBe(7);
});

test('values that are out of bounds become the defaults', async () => {
  const db = await openHostile();
  expect(await getTarget(db, 7)).toMatchObject({
    enabled: false,
    interval_min: 30,
    timeout_s: 30,
    verify_ssl: true,
    max_models: 0,
    selected_models: ['a'],
    created_at: 1704164645,
    last_run_at: 1704164645,
    last_status: 'down',
  });
});

test('runs and their rows are read, and the models’ states follow from them', async () => {
  const db = await openHostile();
  expect(await listRuns(db, 6, 10)).toMatchObject([
    { id: 2, status: 'error', started_at: 1000, total: 0 },
    { id: 1, status: 'error', started_at: 1704164645 },
  ]);
  expect(await listRunModels(db, { target_id: 6, run_id: 1, limit: 10 })).toMatchObject([
    { model: 'nulls', protocol: 'openai', route: 'chat', success: false, timestamp: 1704164645 },
    {
      model: 'dates',
      protocol: 'anthropic',
      route: 'anthropic',
      success: true,
      timestamp: 1704164646,
    },
    { model: 'unknown', protocol: 'gemini', route: 'gemini', success: true, timestamp: 1704164646 },
  ]);
  const states = await listModelStates(db);
  expect(states.map(({ target_id, model, success }) => [target_id, model, success])).toEqual([
    [6, 'dates', true],
    [6, 'nulls', false],
    [6, 'unknown', true],
  ]);
});

test('keys that cannot be read open nothing, and a revoked key stays revoked', async () => {
  const db = await openHostile();
  const keys = await listGatewayKeys(db);
  expect(keys.map(({ name, enabled }) => [name, enabled])).toEqual([
    ['Key 1', false],
    ['on', true],
    ['unclear', false],
  ]);
});

test('a setting without a value is not set', async () => {
  const db = await openHostile();
  expect(await getSetting(db, 'proxy_master_token')).toBeNull();
  expect(await getSetting(db, 'log_max_size_mb')).toBe('500MB');
});

test('after that, channels that are due are listed for probing', async () => {
  const db = await openHostile();
  const due = await listDueTargets(db, 1_800_000_000);
  expect(due.map(({ id }) => id)).toEqual([1, 8, 6]);
  await finish(db, await startedRun(db, 6, 1_800_000_000), [probe()]);
  expect((await getTarget(db, 6))?.last_status).toBe('healthy');
});
