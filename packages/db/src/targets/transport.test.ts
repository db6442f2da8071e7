import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { targetInput } from '../../test/samples.ts';
import { openIn, openUnmigrated, tempDatabase, tempFolder } from '../../test/temp-database.ts';
import { createMigrator } from '../engine/migrate.ts';
import {
  createTarget,
  deleteTarget,
  getTarget,
  openProxyUrl,
  updateTarget,
  upstreamTargetOf,
} from '../index.ts';

test('a channel of the version before is reached as it was', async () => {
  const dataDir = await tempFolder();
  const before = await openUnmigrated(dataDir);
  await (await createMigrator(before, 1)).migrateTo('0016-wrong-answers');
  await sql`insert into targets (name, base_url, api_key, verify_ssl, created_at, updated_at)
    values ('a', 'https://a.example', 'sealed', 0, 5, 5)`.execute(before);
  await before.destroy();
  const db = await openIn(dataDir);
  expect(await getTarget(db, 1)).toMatchObject({
    verify_ssl: false,
    proxy_url: null,
    ca_certificate: null,
    headers: [],
  });
});

test('the address of a proxy is sealed, changed and removed like a key', async () => {
  const db = await tempDatabase();
  const url = 'socks5://user:secret-word@127.0.0.1:1080';
  const target = await createTarget(db, targetInput({ proxy_url: url }), 1);
  expect(target.proxy_url).not.toContain('secret-word');
  expect(openProxyUrl(db, target)).toBe(url);
  expect(upstreamTargetOf(db, target)).toMatchObject({ proxyUrl: url });
  const direct = await updateTarget(db, target.id, { proxy_url: 'direct' }, 2);
  expect(direct && openProxyUrl(db, direct)).toBe('direct');
  const cleared = await updateTarget(db, target.id, { proxy_url: null }, 3);
  expect(cleared && upstreamTargetOf(db, cleared).proxyUrl).toBeNull();
  expect(await deleteTarget(db, target.id, 4)).toBe(true);
});
