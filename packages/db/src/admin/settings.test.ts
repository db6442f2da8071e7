import { parseSettings } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { tempDatabase } from '../../test/temp-database.ts';
import { ensureSetting, getSetting, getSettings, readSettings, setSettings } from '../index.ts';
import { secretSettingKeys } from '../secrets/secret-columns.ts';

test('settings are stored and changed, and are null before they are set', async () => {
  const db = await tempDatabase();
  expect(await getSetting(db, 'log_max_size_mb')).toBeNull();
  await setSettings(db, { log_max_size_mb: '100', log_cleanup_enabled: 'true' }, 5);
  await setSettings(db, { log_max_size_mb: '200' }, 6);
  expect(await getSetting(db, 'log_max_size_mb')).toBe('200');
  const keys = ['log_max_size_mb', 'log_cleanup_enabled', 'unset'];
  expect(await getSettings(db, keys)).toEqual(
    new Map([
      ['log_max_size_mb', '200'],
      ['log_cleanup_enabled', 'true'],
    ]),
  );
  const stored = await db.kysely
    .selectFrom('app_settings')
    .select(['value', 'updated_at'])
    .where('key', '=', 'log_max_size_mb')
    .execute();
  expect(stored).toEqual([{ value: '200', updated_at: 6 }]);
});

test('a setting with an unusable value reads as not set, and the others keep their values', async () => {
  const db = await tempDatabase();
  const stored = {
    log_max_size_mb: '500MB',
    default_interval_min: '45',
    visitor_mode_enabled: 'True',
  };
  await setSettings(db, stored, 5);
  const set = { visitor_mode_enabled: true, default_interval_min: 45 };
  expect(await readSettings(db)).toEqual({ ...parseSettings(new Map()), ...set });
});

test('asking for no keys returns none', async () => {
  expect(await getSettings(await tempDatabase(), [])).toEqual(new Map());
});

test.each(secretSettingKeys)('%s is sealed at rest', async (key) => {
  const db = await tempDatabase();
  await setSettings(db, { [key]: 'a-token-in-the-clear' }, 5);
  const stored = await db.kysely.selectFrom('app_settings').select('value').execute();
  expect(JSON.stringify(stored)).not.toContain('in-the-clear');
  expect(await getSetting(db, key)).toBe('a-token-in-the-clear');
});

test('if many callers set a first value at once, all get the same one', async () => {
  const db = await tempDatabase();
  const key = 'runtime_api_monitor_token';
  const values = ['one', 'two', 'three'];
  const got = await Promise.all(values.map((value) => ensureSetting(db, key, value, 5)));
  expect(new Set(got).size).toBe(1);
  expect(await getSetting(db, key)).toBe(got[0]);
});
