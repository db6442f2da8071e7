import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { targetInput } from '../../../test/samples.ts';
import { openIn, openUnmigrated, tempFolder } from '../../../test/temp-database.ts';
import { createMigrator } from '../../engine/migrate.ts';
import {
  createTarget,
  listCertificates,
  listCertificatesDue,
  recordCertificate,
  updateTarget,
} from '../../index.ts';

const day = 86_400;

test('channels from before are asked for their certificates, and each again in time', async () => {
  const dataDir = await tempFolder();
  const earlier = await openUnmigrated(dataDir);
  await (await createMigrator(earlier, 1000)).migrateTo('0026-status-tags');
  await sql`insert into targets (name, base_url, api_key, created_at, updated_at)
    values ('old', 'https://relay.example', '', 1, 1)`.execute(earlier);
  await earlier.destroy();
  const db = await openIn(dataDir);
  await createTarget(db, targetInput({ name: 'plain', base_url: 'http://relay.example' }), 1);
  await createTarget(db, targetInput({ name: 'unchecked', verify_ssl: false }), 1);
  await createTarget(db, targetInput({ name: 'paused', enabled: false }), 1);
  const at = { target_id: 1, base_url: 'https://relay.example' };
  const due = (nowS: number) => listCertificatesDue(db, { nowS, limit: 9 });
  expect(await due(1000)).toEqual([1]);

  await recordCertificate(db, { ...at, ends_at: 100 * day, nowS: 1000 });
  expect(await due(1000 + day / 2)).toEqual([]);
  expect(await due(1001 + day / 2)).toEqual([1]);
  // One that ends within a month may be renewed any hour.
  await recordCertificate(db, { ...at, ends_at: 10 * day, nowS: 1000 });
  expect([await due(4600), await due(4601)]).toEqual([[], [1]]);
  expect(await listCertificates(db, { before: 10 * day })).toEqual([]);
  const ending = [{ target_id: 1, ends_at: 10 * day }];
  expect(await listCertificates(db, { before: 11 * day })).toEqual(ending);
  // Not reached this time, so what is known stays.
  await recordCertificate(db, { ...at, ends_at: null, nowS: 5000 });
  expect(await listCertificates(db, { before: 11 * day })).toEqual(ending);
  // It is read again soon after a change; until then, what is known isn't over.
  await updateTarget(db, 1, { name: 'renamed' }, 5500);
  expect(await due(5501)).toEqual([1]);
  expect(await listCertificates(db, { before: 11 * day })).toEqual(ending);
  await updateTarget(db, 1, { base_url: 'https://other.example' }, 6000);
  expect(await listCertificates(db, { before: 11 * day })).toEqual([]);
  // What was being read at the address before, and an address that can't be reached.
  await recordCertificate(db, { ...at, ends_at: 10 * day, nowS: 6001 });
  expect(await due(6001)).toEqual([1]);
  await recordCertificate(db, {
    ...at,
    base_url: 'https://other.example',
    ends_at: null,
    nowS: 6001,
  });
  expect(await listCertificates(db, { before: 11 * day })).toEqual([]);
});
