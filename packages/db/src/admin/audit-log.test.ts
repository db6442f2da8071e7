import type { AuditEntry } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { tempDatabase } from '../../test/temp-database.ts';
import { type Database, listAudit, pruneAudit, recordAudit } from '../index.ts';

function record(db: Database, fields: Partial<AuditEntry>) {
  return recordAudit(db, {
    timestamp: 1000,
    actor: 'session',
    session_id: 1,
    address: '192.0.2.1',
    action: 'target.changed',
    subject_id: 1,
    subject_name: 'relay',
    changes: [{ field: 'enabled', old: true, new: false }],
    ...fields,
  });
}

test('an entry is read as it was written', async () => {
  const db = await tempDatabase();
  await record(db, {});
  expect(await listAudit(db, { limit: 10 })).toMatchObject([
    { subject_name: 'relay', changes: [{ field: 'enabled', old: true, new: false }] },
  ]);
});

test('filters narrow the log down, and pages follow one another', async () => {
  const db = await tempDatabase();
  await record(db, { subject_name: 'a', timestamp: 10 });
  await record(db, { subject_name: 'b', timestamp: 20, actor: 'api_token', session_id: null });
  await record(db, { subject_name: 'c', timestamp: 30, address: '192.0.2.2', subject_id: 7 });
  await record(db, { subject_name: 'd', timestamp: 40, action: 'target.deleted' });
  const names = async (filter: object) =>
    (await listAudit(db, { limit: 10, ...filter }))
      .map(({ subject_name }) => subject_name)
      .join('');
  expect(await names({})).toBe('dcba');
  expect(await names({ actor: 'api_token' })).toBe('b');
  expect(await names({ session_id: 1 })).toBe('dca');
  expect(await names({ address: '192.0.2.2' })).toBe('c');
  expect(await names({ subject_id: 7 })).toBe('c');
  expect(await names({ action: 'target.deleted' })).toBe('d');
  expect(await names({ from: 20, to: 40 })).toBe('cb');
  const [, last] = await listAudit(db, { limit: 2 });
  expect(await names({ before_id: last?.id })).toBe('ba');
});

test('old entries are deleted batch by batch', async () => {
  const db = await tempDatabase();
  for (let timestamp = 1; timestamp <= 7; timestamp += 1) await record(db, { timestamp });
  expect(await pruneAudit(db, { before: 6, batchSize: 2 })).toBe(5);
  expect(await listAudit(db, { limit: 10 })).toHaveLength(2);
  expect(await pruneAudit(db, { before: 9, batchSize: 2, signal: AbortSignal.abort() })).toBe(0);
});
