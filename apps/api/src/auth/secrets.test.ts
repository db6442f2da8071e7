import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, readToken, setSettings } from '@api-monitor/db';
import { expect, onTestFinished, test } from 'vitest';
import { makeMissingSecrets, readTokens } from './secrets.ts';

async function openTempDatabase() {
  const dataDir = await mkdtemp(join(tmpdir(), 'first-start-'));
  const db = await openDatabase({ dataDir, now: () => 1000 });
  onTestFinished(async () => {
    await db.close();
    await rm(dataDir, { recursive: true });
  });
  return db;
}

const given = {
  apiToken: 'api-token',
  visitorToken: 'visitor-token',
  adminPassword: 'admin-password',
  proxyMasterToken: undefined,
};

test('the first start creates the master token, shows it once, and seals it', async () => {
  const db = await openTempDatabase();
  const [made, ...others] = await makeMissingSecrets(db, given, 1000);
  expect(others).toEqual([]);
  expect(made?.name).toBe('PROXY_MASTER_TOKEN');
  expect(made?.value).toMatch(/^sk-master-[\w-]{32}$/);
  expect(await readToken(db, 'proxyMasterToken', undefined)).toBe(made?.value);
  expect(await makeMissingSecrets(db, given, 1001)).toEqual([]);
  const stored = await db.kysely.selectFrom('app_settings').select('value').execute();
  expect(JSON.stringify(stored)).not.toContain(made?.value);
});

test('a master token from the environment is used, and none created', async () => {
  const db = await openTempDatabase();
  const token = 'sk-of-the-environment';
  expect(await makeMissingSecrets(db, { ...given, proxyMasterToken: token }, 1000)).toEqual([]);
  expect(await readToken(db, 'proxyMasterToken', token)).toBe(token);
  expect(await readToken(db, 'proxyMasterToken', undefined)).toBeNull();
});

test('the master token of the older tool takes precedence over all others', async () => {
  const db = await openTempDatabase();
  await setSettings(db, { proxy_master_token: 'older-master-token' }, 1000);
  expect(await makeMissingSecrets(db, given, 1000)).toEqual([]);
  expect(await readToken(db, 'proxyMasterToken', 'sk-of-the-environment')).toBe(
    'older-master-token',
  );
});

test('tokens of the older tool stay valid: no others are created or shown', async () => {
  const db = await openTempDatabase();
  const older = {
    runtime_api_monitor_token: 'older-api-token',
    runtime_api_monitor_visitor_token: 'older-visitor-token',
    visitor_mode_enabled: 'True',
  };
  await setSettings(db, older, 1000);
  const nothing = { apiToken: undefined, visitorToken: undefined };
  const made = await makeMissingSecrets(db, { ...given, ...nothing }, 1000);
  expect(made.map(({ name }) => name)).toEqual(['PROXY_MASTER_TOKEN']);
  expect(await readTokens(db, { ...given, ...nothing })).toEqual({
    apiToken: 'older-api-token',
    visitorToken: 'older-visitor-token',
    isAnonymousVisitorAllowed: true,
  });
});
