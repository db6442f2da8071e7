import { alertRuleDefaults } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { addDestination, destinationInput } from '../../test/alert-samples.ts';
import { tempDatabase } from '../../test/temp-database.ts';
import {
  addStatusNote,
  createMaintenance,
  deleteMaintenance,
  deleteStatusNote,
  listDestinations,
  listMaintenance,
  listStatusNotes,
  openDestinationConfig,
  readAlertRules,
  setSettings,
  updateDestination,
  updateMaintenance,
  writeAlertRules,
} from '../index.ts';

test('a destination’s config is sealed at rest and isn’t part of what is listed', async () => {
  const db = await tempDatabase();
  const quiet_hours = { from: '22:00', until: '07:00' };
  const { id } = await addDestination(db, { quiet_hours, tags: ['eu'], language: 'zh' });
  expect(await listDestinations(db)).toEqual([
    {
      ...destinationInput({ quiet_hours, tags: ['eu'], language: 'zh' }),
      ...{ id, created_at: 1, updated_at: 1 },
    },
  ]);
  const [row] = await db.kysely.selectFrom('destinations').selectAll().execute();
  expect(JSON.stringify(row)).not.toContain('secret-path');
  expect(await openDestinationConfig(db, id)).toEqual({ url: 'https://hooks.example/secret-path' });
});

test('a change of a destination keeps its config unless it is given', async () => {
  const db = await tempDatabase();
  const { id } = await addDestination(db);
  expect(await updateDestination(db, id, { name: 'New' }, 9)).toMatchObject({
    name: 'New',
    updated_at: 9,
  });
  expect(await openDestinationConfig(db, id)).toMatchObject({
    url: expect.stringContaining('hooks'),
  });
  await updateDestination(db, id, { config: { url: 'https://new.example' } }, 10);
  expect(await openDestinationConfig(db, id)).toEqual({ url: 'https://new.example' });
  expect(await updateDestination(db, 99, { name: 'x' }, 10)).toBeNull();
  await expect(openDestinationConfig(db, 99)).rejects.toMatchObject({ code: 'not_found' });
});

test('maintenance is stored as it was given', async () => {
  const db = await tempDatabase();
  const input = {
    ...{ name: 'Works', enabled: true, target_ids: [1], tags: [], models: ['gpt-*'] },
    ...{ is_public: true, drains: false },
    schedule: { kind: 'once', from: 100, until: 200 } as const,
  };
  const { id } = await createMaintenance(db, input);
  expect(await listMaintenance(db)).toEqual([{ id, ...input }]);
  expect(await updateMaintenance(db, id, { ...input, enabled: false })).toMatchObject({
    enabled: false,
  });
  expect(await updateMaintenance(db, 99, input)).toBeNull();
  expect(await deleteMaintenance(db, id)).toBe(true);
  expect(await deleteMaintenance(db, id)).toBe(false);
});

test('rules that an admin set replace the defaults; what can’t be read doesn’t', async () => {
  const db = await tempDatabase();
  expect(await readAlertRules(db)).toEqual(alertRuleDefaults);
  await writeAlertRules(db, { ...alertRuleDefaults, reminder_min: 30 }, 5);
  expect(await readAlertRules(db)).toEqual({ ...alertRuleDefaults, reminder_min: 30 });
  await setSettings(db, { alert_rules: '{"down_for_s":5}' }, 6);
  expect(await readAlertRules(db)).toEqual({ ...alertRuleDefaults, down_for_s: 5 });
  await setSettings(db, { alert_rules: '{"down_for_s":-1}' }, 6);
  expect(await readAlertRules(db)).toEqual(alertRuleDefaults);
});

test('notes on the status page form threads, the newest first', async () => {
  const db = await tempDatabase();
  const note = { incident_id: null, slugs: ['all'], title: 'Slow', text: 'We are looking.' };
  const first = await addStatusNote(db, { ...note, state: 'investigating', at: 100 }, null);
  const second = await addStatusNote(db, { ...note, state: 'resolved', at: 200 }, first.thread_id);
  expect([first.thread_id, second.thread_id]).toEqual([first.id, first.id]);
  expect(await listStatusNotes(db, { from: 0, limit: 9 })).toEqual([second, first]);
  expect(await listStatusNotes(db, { from: 150, limit: 9 })).toEqual([second]);
  expect(await deleteStatusNote(db, second.id)).toBe(true);
  expect(await deleteStatusNote(db, second.id)).toBe(false);
});
