import { type AlertState, actOnIncident, stepIncidents } from '@api-monitor/core';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import {
  addDestination,
  channelAnswers,
  channelFails,
  comeBack,
  goDown,
  setupIn,
  step,
} from '../../test/alert-samples.ts';
import { targetInput } from '../../test/samples.ts';
import { openIn, openUnmigrated, tempDatabase, tempFolder } from '../../test/temp-database.ts';
import { createMigrator } from '../engine/migrate.ts';
import {
  createTarget,
  type Database,
  getIncident,
  listDeliveries,
  listIncidentEvents,
  listIncidents,
  listTargets,
  pruneDeliveries,
  pruneIncidents,
  readAlertState,
  stepStoredAlerts,
} from '../index.ts';

const eventsOf = async (db: Database, incident_id = 1) => {
  const events = await listIncidentEvents(db, { incident_id, limit: 100 });
  return events.map(({ kind }) => kind);
};
const newsIn = async (db: Database) => {
  const deliveries = await listDeliveries(db, { limit: 100 });
  return deliveries
    .reverse()
    .flatMap(({ news }) => news.map(({ kind, incident }) => `${kind} ${incident.id}`));
};

test('an incident, its events and its notices are stored together', async () => {
  const db = await tempDatabase();
  await addDestination(db);
  await goDown(db, 1, 100);
  expect(await listIncidents(db, { is_open: true, limit: 9 })).toMatchObject([
    { id: 1, scope: 'channel', severity: 'warning', started_at: 100, ended_at: null, told: [1] },
  ]);
  expect(await listDeliveries(db, { limit: 9 })).toMatchObject([
    { key: 'n1-d1', destination_id: 1, status: 'waiting', due_at: 102, attempts: 0 },
  ]);
  await comeBack(db, 1, 500);
  expect(await getIncident(db, 1)).toMatchObject({ ended_at: 500 });
  expect(await listIncidents(db, { is_open: true, limit: 9 })).toEqual([]);
  expect(await newsIn(db)).toEqual(['opened 1', 'resolved 1']);
  expect(await eventsOf(db)).toEqual([
    ...['opened', 'joined', 'severity', 'told', 'left', 'resolved', 'told'],
  ]);
  expect((await readAlertState(db)).incidents).toEqual([]);
});

test('after a restart at any step a history goes on as if there had been none', async () => {
  const findings = [
    { nowS: 100, found: [channelFails(1, 100)] },
    { nowS: 102, found: [channelFails(1, 102), channelFails(2, 101)] },
    { nowS: 110, found: [channelFails(2, 110)] },
    { nowS: 160, found: [] },
    { nowS: 400, found: [channelAnswers(1, 400)] },
    { nowS: 410, found: [channelAnswers(1, 410), channelAnswers(2, 409)] },
    { nowS: 420, found: [channelAnswers(2, 420)] },
    { nowS: 600, found: [] },
  ];
  const dataDir = await tempFolder();
  await addDestination(await openIn(dataDir));
  const whole = await tempDatabase();
  await addDestination(whole);
  for (const { nowS, found } of findings) {
    await step(whole, nowS, found);
    const db = await openIn(dataDir);
    await step(db, nowS, found);
    // The worker died before it could forget the findings.
    await step(await openIn(dataDir), nowS, found);
    await db.close();
  }
  const db = await openIn(dataDir);
  expect(await newsIn(db)).toEqual(['opened 1', 'opened 2', 'resolved 1', 'resolved 2']);
  expect(await newsIn(db)).toEqual(await newsIn(whole));
  expect(await listIncidents(db, { limit: 9 })).toEqual(await listIncidents(whole, { limit: 9 }));
  expect(await readAlertState(db)).toEqual(await readAlertState(whole));
});

test('of workers that step the same findings at once, one decides and the others see what it did', async () => {
  const dataDir = await tempFolder();
  const shared = [await openIn(dataDir), await openIn(dataDir), await openIn(dataDir)];
  const [db = await openIn(dataDir)] = shared;
  await addDestination(db);
  for (const [nowS, found] of [
    [100, [channelFails(1, 100)]],
    [102, [channelFails(1, 102)]],
    [500, [channelAnswers(1, 500)]],
    [502, [channelAnswers(1, 502)]],
  ] as const) {
    const stepped = await Promise.all([...shared, ...shared].map((one) => step(one, nowS, found)));
    expect(stepped.filter(({ notices }) => notices.length > 0).length).toBeLessThanOrEqual(1);
  }
  expect(await newsIn(db)).toEqual(['opened 1', 'resolved 1']);
  expect(await eventsOf(db)).toHaveLength(7);
});

test('workers that step different findings at once lose none of them', async () => {
  const dataDir = await tempFolder();
  const [first, ...others] = [await openIn(dataDir), await openIn(dataDir)] as const;
  const shared = [first, ...others];
  for (const nowS of [100, 102]) {
    await Promise.all(
      [1, 2, 3, 4, 5, 6, 7, 8, 9].map((id, index) =>
        step(shared[index % 2] ?? first, nowS, [channelFails(id, nowS)]),
      ),
    );
  }
  const { watches, incidents } = await readAlertState(await openIn(dataDir));
  expect(Object.keys(watches)).toHaveLength(9);
  expect(incidents.flatMap(({ members }) => members)).toHaveLength(9);
});

test('a step that changes nothing writes nothing', async () => {
  const db = await tempDatabase();
  await goDown(db, 1, 100);
  const revision = async () =>
    (await db.kysely.selectFrom('alert_state').select('revision').executeTakeFirst())?.revision;
  const before = await revision();
  for (const nowS of [103, 104, 1000]) await step(db, nowS, [channelFails(1, 102)]);
  expect(await revision()).toBe(before);
});

test('if a part can’t be stored, nothing of the step is', async () => {
  const db = await tempDatabase();
  await addDestination(db);
  await step(db, 100, [channelFails(1, 100)]);
  const setup = await setupIn(db);
  const failing = (state: AlertState) => {
    const stepped = stepIncidents(state, [channelFails(1, 102)], setup, 102);
    return { ...stepped, notices: [...stepped.notices, ...stepped.notices] };
  };
  await expect(stepStoredAlerts(db, failing, 102)).rejects.toThrow();
  expect(await listIncidents(db, { limit: 9 })).toEqual([]);
  expect(await listDeliveries(db, { limit: 9 })).toEqual([]);
  await step(db, 103, [channelFails(1, 102)]);
  expect(await newsIn(db)).toEqual(['opened 1']);
});

test('what a person does about an incident is stored in its timeline', async () => {
  const db = await tempDatabase();
  await goDown(db, 1, 100);
  await stepStoredAlerts(
    db,
    (state) => {
      const acted = actOnIncident(state, 1, { kind: 'acknowledge', by: 'ann' }, 200);
      if (!acted) throw new Error('there is no such incident');
      return {
        state: acted.state,
        incidents: [acted.incident],
        events: [acted.event],
        notices: [],
      };
    },
    200,
  );
  expect(await getIncident(db, 1)).toMatchObject({ acknowledged_at: 200, acknowledged_by: 'ann' });
  expect((await eventsOf(db)).at(-1)).toBe('acknowledged');
});

test('incidents that ended long ago are deleted with their events; open ones stay', async () => {
  const db = await tempDatabase();
  await addDestination(db);
  await goDown(db, 1, 100);
  await comeBack(db, 1, 500);
  await goDown(db, 2, 600);
  const batches = { batchSize: 1 };
  expect(await pruneIncidents(db, { ...batches, before: 400 })).toBe(0);
  expect(await pruneIncidents(db, { ...batches, before: 10_000 })).toBe(1);
  expect((await listIncidents(db, { limit: 9 })).map(({ id }) => id)).toEqual([2]);
  expect(await eventsOf(db, 1)).toEqual([]);
  expect(await pruneDeliveries(db, { ...batches, before: 10_000 })).toBe(0);
});

test('a database of the version before keeps its channels and gets the tables', async () => {
  const dataDir = await tempFolder();
  const before = await openUnmigrated(dataDir);
  await (await createMigrator(before, 1)).migrateTo('0022-managed-by');
  const tables = await before.introspection.getTables();
  expect(tables.map(({ name }) => name)).not.toContain('incidents');
  await sql`insert into app_settings (key, value, updated_at) values ('log_max_size_mb', '7', 1)`.execute(
    before,
  );
  await before.destroy();
  const db = await openIn(dataDir);
  await createTarget(db, targetInput({ name: 'kept' }), 5);
  await addDestination(db);
  await goDown(db, 1, 100);
  expect(await listTargets(db)).toMatchObject([{ name: 'kept' }]);
  expect(await newsIn(db)).toEqual(['opened 1']);
});
