import { setSettings } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { hashPassword } from '../src/auth/hash-password.ts';
import { adminPassword, openTestApi } from './open-test-api.ts';

const adminAddress = '203.0.113.9';

/** How many others may be tried before a login has joined its queue. */
const onItsWay = 3;

/** Logins from any socket address; each takes some 50 ms. */
async function loginsFrom() {
  const { api, db, clock } = await openTestApi();
  const hash = await hashPassword(adminPassword, { N: 2 ** 14, r: 8, p: 1 });
  await setSettings(db, { admin_panel_password_hash: hash }, clock.now);
  /** How many wrong passwords were tried between each right one and its answer. */
  const triedMeanwhile: number[] = [];
  let tried = 0;
  const login = async (peerAddress: string, password: string) => {
    const body = JSON.stringify({ password });
    const triedBefore = tried;
    const init = { method: 'POST', body, headers: { 'content-type': 'application/json' } };
    const { status } = await api.app.request('/api/admin/login', init, { peerAddress });
    if (status === 401) tried += 1;
    if (status === 200) triedMeanwhile.push(tried - triedBefore);
    return status;
  };
  const flood = (addresses: readonly string[], each: number) =>
    addresses.flatMap((address) => Array.from({ length: each }, () => login(address, 'wrong')));
  return { login, flood, triedMeanwhile };
}

const addresses = (count: number) => Array.from({ length: count }, (_, i) => `198.51.100.${i}`);

test.each([
  ['one address', 1, 30],
  ['six addresses', 6, 6],
])('wrong logins queued from %s keep nobody else out', async (_name, count, each) => {
  const { login, flood, triedMeanwhile } = await loginsFrom();
  const wrong = Promise.all(flood(addresses(count), each));
  expect(await login(adminAddress, adminPassword)).toBe(200);
  // The current one, and one from each other address.
  expect(triedMeanwhile[0]).toBeLessThanOrEqual(onItsWay + 1 + count);
  const tried = (await wrong).filter((status) => status === 401).length;
  expect(tried).toBeGreaterThan(count);
  expect(tried).toBeLessThan(count * each);
});

test('a whole IPv6 network keeps nobody else out', async () => {
  const { login, flood, triedMeanwhile } = await loginsFrom();
  const network = Array.from({ length: 60 }, (_, i) => `2001:db8:1:${i.toString(16)}::1`);
  const wrong = Promise.all(flood(network, 1));
  const rights = ['2001:db8:2::1', adminAddress].map((from) => login(from, adminPassword));
  expect(await Promise.all(rights)).toEqual([200, 200]);
  expect(Math.max(...triedMeanwhile)).toBeLessThanOrEqual(onItsWay + 20);
  await wrong;
});

test('an address with a session goes before all others', async () => {
  const { login, flood, triedMeanwhile } = await loginsFrom();
  expect(await login(adminAddress, adminPassword)).toBe(200);
  const wrong = Promise.all(flood(addresses(60), 1));
  expect(await login(adminAddress, adminPassword)).toBe(200);
  expect(triedMeanwhile[1]).toBeLessThanOrEqual(onItsWay + 1);
  const refused = (await wrong).filter((status) => status === 429);
  expect(refused.length).toBeGreaterThan(20);
});
