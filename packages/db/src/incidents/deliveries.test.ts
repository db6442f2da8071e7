import type { OutgoingNotice } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { addDestination, comeBack, goDown } from '../../test/alert-samples.ts';
import { openIn, tempDatabase, tempFolder } from '../../test/temp-database.ts';
import {
  type ClaimedDelivery,
  claimDelivery,
  type Database,
  deleteDestination,
  finishDelivery,
  listDeliveries,
  nextDeliveryAt,
  pruneDeliveries,
  readAlertState,
  stepStoredAlerts,
  updateDestination,
} from '../index.ts';

const leaseS = 60;
const claim = (db: Database, nowS: number) => claimDelivery(db, { nowS, leaseS });

async function claimed(db: Database, nowS: number): Promise<ClaimedDelivery> {
  const found = await claim(db, nowS);
  if (!found) throw new Error('nothing can be claimed');
  return found;
}

const sent = { kind: 'sent', answer: 'ok' } as const;

/** A database in which a notice to one destination waits since the time 102. */
async function withNotice(fields: Parameters<typeof addDestination>[1] = {}) {
  const dataDir = await tempFolder();
  const db = await openIn(dataDir);
  await addDestination(db, fields);
  await goDown(db, 1, 100);
  return { db, dataDir };
}

/** More notices to destination 1, without news. */
async function addNotices(db: Database, notices: Partial<OutgoingNotice>[]) {
  const state = await readAlertState(db);
  const rest = {
    destination_id: 1,
    severity: 'warning' as const,
    created_at: 200,
    due_at: 200,
    news: [],
  };
  const all = notices.map((notice, index) => ({ key: `more-${index}`, ...rest, ...notice }));
  await stepStoredAlerts(db, () => ({ state, incidents: [], events: [], notices: all }), 200);
}

const statuses = async (db: Database) =>
  (await listDeliveries(db, { limit: 100 })).reverse().map(({ key, status }) => `${key} ${status}`);

test('a notice is claimed, sent, and never claimed again', async () => {
  const { db } = await withNotice();
  const first = await claimed(db, 110);
  expect(first).toMatchObject({ key: 'n1-d1', attempts: 1, news: [{ kind: 'opened' }] });
  expect(await claim(db, 111)).toBeNull();
  expect(await finishDelivery(db, first, sent, 112)).toBe(true);
  expect(await claim(db, 10_000)).toBeNull();
  expect(await listDeliveries(db, { limit: 9 })).toMatchObject([
    { status: 'sent', attempts: 1, attempted_at: 110, finished_at: 112, answer: 'ok' },
  ]);
});

test('what a worker claimed and didn’t finish is sent by the next, with the same key', async () => {
  const { db, dataDir } = await withNotice();
  const dead = await claimed(db, 110);
  await db.close();
  const next = await openIn(dataDir);
  expect(await claim(next, 169)).toBeNull();
  const again = await claimed(next, 170);
  expect(again).toMatchObject({ key: dead.key, attempts: 2 });
  // The first wasn't dead after all: it is too late to say what became of its attempt.
  expect(await finishDelivery(next, dead, { kind: 'failed', answer: 'late' }, 171)).toBe(false);
  expect(await finishDelivery(next, again, sent, 172)).toBe(true);
  expect(await statuses(next)).toEqual(['n1-d1 sent']);
});

test('a retry waits for its time and keeps its key', async () => {
  const { db } = await withNotice();
  const first = await claimed(db, 110);
  await finishDelivery(db, first, { kind: 'retry', at: 150, answer: 'HTTP 503' }, 111);
  expect(await nextDeliveryAt(db)).toBe(150);
  expect(await claim(db, 149)).toBeNull();
  expect(await claimed(db, 150)).toMatchObject({ key: 'n1-d1', attempts: 2 });
});

test('what failed for good isn’t tried again, and its answer is kept', async () => {
  const { db } = await withNotice();
  await finishDelivery(db, await claimed(db, 110), { kind: 'failed', answer: 'no such chat' }, 111);
  expect(await claim(db, 10_000)).toBeNull();
  expect(await listDeliveries(db, { limit: 9 })).toMatchObject([
    { status: 'failed', answer: 'no such chat' },
  ]);
});

test('of many workers that claim at once, each notice goes to one', async () => {
  const { db, dataDir } = await withNotice();
  await addDestination(db, { name: 'other' });
  await addNotices(db, [{ destination_id: 2 }]);
  const shared = [db, await openIn(dataDir), await openIn(dataDir)];
  const found = await Promise.all([...shared, ...shared].map((one) => claim(one, 210)));
  const keys = found.flatMap((one) => one?.key ?? []);
  expect(keys.sort()).toEqual(['more-0', 'n1-d1']);
});

test('what waited for the end of quiet hours comes as one digest', async () => {
  // Until 07:00 UTC on 1970-01-01.
  const { db } = await withNotice({ quiet_hours: { from: '00:00', until: '07:00' } });
  await comeBack(db, 1, 600);
  await goDown(db, 2, 1000);
  expect(await claim(db, 25_199)).toBeNull();
  const digest = await claimed(db, 25_200);
  expect(digest).toMatchObject({ key: 'n1-d1-digest', severity: 'warning', attempts: 1 });
  expect(digest.news.map(({ kind }) => kind)).toEqual(['opened', 'resolved', 'opened']);
  await finishDelivery(db, digest, sent, 25_201);
  expect(await statuses(db)).toEqual([
    'n1-d1 digested',
    'n2-d1 digested',
    'n3-d1 digested',
    'n1-d1-digest sent',
  ]);
  expect(await listDeliveries(db, { keys: ['n2-d1'], limit: 9 })).toMatchObject([{ digest_id: 4 }]);
  expect(await claim(db, 30_000)).toBeNull();
});

test('a vendor’s limit holds notices back, and what it has no room for comes as one', async () => {
  const { db } = await withNotice({ per_minute: 2 });
  await addNotices(db, [{}]);
  for (const nowS of [210, 211]) await finishDelivery(db, await claimed(db, nowS), sent, nowS);
  await addNotices(db, [{ key: 'a' }, { key: 'b', severity: 'critical' }]);
  expect(await claim(db, 269)).toBeNull();
  expect(await claimed(db, 270)).toMatchObject({ key: 'a-digest', severity: 'critical' });
  expect(await claim(db, 271)).toBeNull();
});

test('what may have arrived doesn’t become part of a digest', async () => {
  const { db } = await withNotice({ per_minute: 1 });
  await finishDelivery(db, await claimed(db, 110), { kind: 'retry', at: 111, answer: '' }, 110);
  await addNotices(db, [{}, {}]);
  expect(await claimed(db, 200)).toMatchObject({ key: 'n1-d1', attempts: 2 });
});

test('nobody hears of an end before the beginning', async () => {
  const { db, dataDir } = await withNotice();
  const first = await claimed(db, 290);
  await comeBack(db, 1, 300);
  // The beginning is still being sent.
  expect(await claim(await openIn(dataDir), 349)).toBeNull();
  await finishDelivery(db, first, { kind: 'retry', at: 3000, answer: 'HTTP 503' }, 295);
  // There is something new, so it is tried again before its time, but only once.
  const again = await claimed(db, 350);
  expect(again).toMatchObject({ key: 'n1-d1', attempts: 2 });
  await finishDelivery(db, again, { kind: 'retry', at: 3000, answer: 'HTTP 503' }, 351);
  expect(await claim(db, 2999)).toBeNull();
  await finishDelivery(db, await claimed(db, 3000), sent, 3001);
  expect(await claimed(db, 3002)).toMatchObject({ news: [{ kind: 'resolved' }] });
});

test('a destination that is at its limit doesn’t hold back another', async () => {
  const { db } = await withNotice({ per_minute: 1 });
  await addDestination(db, { name: 'other' });
  await addNotices(db, [{}, { destination_id: 2, due_at: 300 }]);
  await finishDelivery(db, await claimed(db, 290), sent, 290);
  expect(await claimed(db, 300)).toMatchObject({ destination_id: 2 });
});

test('what waits for a destination that is switched off or deleted is dropped', async () => {
  const { db } = await withNotice();
  await addDestination(db, { name: 'other' });
  await addNotices(db, [{ destination_id: 2 }]);
  await updateDestination(db, 1, { enabled: false }, 300);
  expect(await deleteDestination(db, 2, 300)).toBe(true);
  expect(await deleteDestination(db, 2, 300)).toBe(false);
  expect(await claim(db, 400)).toBeNull();
  expect(await statuses(db)).toEqual(['n1-d1 dropped', 'more-0 dropped']);
  expect(await pruneDeliveries(db, { before: 150, batchSize: 10 })).toBe(1);
  expect(await statuses(db)).toEqual(['more-0 dropped']);
});

test('without notices nothing is due', async () => {
  const db = await tempDatabase();
  expect([await claim(db, 100), await nextDeliveryAt(db)]).toEqual([null, null]);
});
