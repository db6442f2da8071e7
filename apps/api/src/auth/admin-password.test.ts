import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, setSettings } from '@api-monitor/db';
import { expect, onTestFinished, test } from 'vitest';
import { countScrypts } from '../../test/count-scrypts.ts';
import { createAdminPassword } from './admin-password.ts';
import { hashPassword } from './hash-password.ts';

const cheap = { N: 1024, r: 8, p: 1 };

async function passwordWith(adminPassword: string | undefined, stored: Record<string, string>) {
  const dataDir = await mkdtemp(join(tmpdir(), 'admin-password-'));
  const db = await openDatabase({ dataDir, now: () => 1000 });
  onTestFinished(async () => {
    await db.close();
    await rm(dataDir, { recursive: true });
  });
  await setSettings(db, stored, 1000);
  const others = { apiToken: undefined, visitorToken: undefined, proxyMasterToken: undefined };
  return createAdminPassword(db, { ...others, adminPassword });
}

test("the environment's password takes precedence over the generated one, and an admin's over both", async () => {
  const made = { admin_panel_password_hash: await hashPassword('made', cheap) };
  const given = await passwordWith('given', made);
  expect(await given.isRight('given')).toBe(true);
  expect(await given.isRight('made')).toBe(false);
  const chosen = { runtime_admin_panel_password_hash: await hashPassword('chosen', cheap) };
  const changed = await passwordWith('given', { ...made, ...chosen });
  expect(await changed.isRight('chosen')).toBe(true);
  expect(await changed.isRight('given')).toBe(false);
});

test('without a password, none is right', async () => {
  const none = await passwordWith(undefined, {});
  expect(await none.isRight('undefined')).toBe(false);
});

test.each([
  ['an admin', undefined, { runtime_admin_panel_password_hash: 'right' }],
  ['the environment', 'right', {}],
  ['the first start', undefined, { admin_panel_password_hash: 'right' }],
  ['nobody', undefined, {}],
])(
  'the password that %s set is checked by one derivation, right or wrong',
  async (_by, given, stored) => {
    const hashed = Object.entries(stored).map(async ([key, it]) => [
      key,
      await hashPassword(it, cheap),
    ]);
    const password = await passwordWith(given, Object.fromEntries(await Promise.all(hashed)));
    // The environment's password is hashed once, at the first attempt.
    await password.isRight('first');
    for (const attempt of ['right', 'wrong']) {
      expect(await countScrypts(() => password.isRight(attempt))).toBe(1);
    }
  },
);
