import { countRecoveryCodes, listAudit } from '@api-monitor/db';
import { Secret, TOTP } from 'otpauth';
import { expect, test } from 'vitest';
import { resetAccess } from '../src/auth/reset-access.ts';
import { adminPassword, openTestApi } from './open-test-api.ts';

const path = '/api/admin/second-factor';

async function enrolled() {
  const api = await openTestApi();
  const { json } = await api.asSession('POST', path, {});
  const { secret, uri } = json.item;
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  /** The code that the authenticator shows now, or `steps` later. */
  const code = (steps = 0) => totp.generate({ timestamp: (api.clock.now + steps * 30) * 1000 });
  const login = (given?: string) =>
    api.asNobody('POST', '/api/admin/login', { password: adminPassword, code: given });
  return { ...api, secret, uri, code, login };
}

async function activated() {
  const api = await enrolled();
  const { status, json } = await api.asSession('POST', `${path}/confirm`, { code: api.code() });
  expect(status).toBe(200);
  api.clock.now += 30;
  return { ...api, recoveryCodes: json.recovery_codes as string[] };
}

test('it becomes active with the first code', async () => {
  const { asSession, login, uri, secret, code, db } = await enrolled();
  expect(uri).toMatch(/^otpauth:\/\/totp\/API%20Monitor:admin\?/);
  expect(uri).toContain(secret);
  expect((await login()).status).toBe(200);
  const wrong = await asSession('POST', `${path}/confirm`, { code: '000000' });
  expect([wrong.status, wrong.json.reason]).toEqual([401, 'wrong_code']);
  expect((await asSession('GET', path)).json.item.enabled).toBe(false);
  const { json } = await asSession('POST', `${path}/confirm`, { code: code() });
  expect(json.recovery_codes).toHaveLength(10);
  expect(new Set(json.recovery_codes).size).toBe(10);
  expect((await asSession('GET', path)).json.item).toMatchObject({
    enabled: true,
    recovery_codes_left: 10,
  });
  const kept = await db.kysely.selectFrom('second_factor').selectAll().execute();
  expect(JSON.stringify(kept)).not.toContain(secret);
  const codes = await db.kysely.selectFrom('recovery_codes').selectAll().execute();
  for (const recoveryCode of json.recovery_codes) {
    expect(JSON.stringify(codes)).not.toContain(recoveryCode);
  }
});

test('logging in then needs a code, which works once', async () => {
  const { login, code } = await activated();
  const missing = await login();
  expect([missing.status, missing.json.reason]).toEqual([401, 'second_factor_required']);
  expect((await login('123')).status).toBe(401);
  const now = code();
  expect((await login(now)).status).toBe(200);
  expect((await login(now)).status).toBe(401);
  // An earlier step isn't accepted after a later one.
  expect((await login(code(-1))).status).toBe(401);
  expect((await login(code(1))).status).toBe(200);
});

test('a wrong password is reported before a code is required', async () => {
  const { asNobody, code } = await activated();
  const body = { password: 'wrong-password', code: code() };
  const { json } = await asNobody('POST', '/api/admin/login', body);
  expect(json.reason).toBe('wrong_password');
});

test('a recovery code is good for one login, however it is written', async () => {
  const { login, recoveryCodes, asSession } = await activated();
  const [first = '', second = ''] = recoveryCodes;
  expect((await login(first.toUpperCase().replaceAll('-', ' '))).status).toBe(200);
  expect((await login(first)).status).toBe(401);
  expect((await login(second)).status).toBe(200);
  expect((await asSession('GET', path)).json.item.recovery_codes_left).toBe(8);
});

test('new recovery codes replace the old ones', async () => {
  const { login, recoveryCodes, asSession, code } = await activated();
  expect((await asSession('POST', `${path}/recovery-codes`, { code: '000000' })).status).toBe(401);
  const { json } = await asSession('POST', `${path}/recovery-codes`, { code: code() });
  expect((await login(recoveryCodes[0])).status).toBe(401);
  expect((await login(json.recovery_codes[0])).status).toBe(200);
});

test('it is removed only with a code, and can be set up again', async () => {
  const { asSession, login, code } = await activated();
  expect((await asSession('POST', path, {})).status).toBe(409);
  expect((await asSession('POST', `${path}/remove`, { code: '999' })).status).toBe(401);
  expect((await asSession('POST', `${path}/remove`, { code: code() })).status).toBe(200);
  expect((await login()).status).toBe(200);
  expect((await asSession('POST', path, {})).status).toBe(200);
});

test('guesses at codes from many addresses count together', async () => {
  const { asSession, clock, code } = await activated();
  const guess = (text: string) => asSession('POST', `${path}/remove`, { code: text });
  for (let i = 0; i < 20; i += 1) expect((await guess('000000')).status).toBe(401);
  expect((await guess(code())).status).toBe(429);
  clock.now += 901;
  expect((await guess(code())).status).toBe(200);
});

test('a reset lets in someone who lost the authenticator: new password, no code, no older session', async () => {
  const { asSession, asNobody, login, db, clock } = await activated();
  const { value: password } = await resetAccess(db, clock.now);
  expect((await asSession('GET', path)).status).toBe(401);
  expect((await login()).json.reason).toBe('wrong_password');
  expect((await asNobody('POST', '/api/admin/login', { password })).status).toBe(200);
  expect(await countRecoveryCodes(db)).toBe(0);
  const log = await listAudit(db, { limit: 20 });
  expect(log.filter(({ actor }) => actor === 'system').map(({ action }) => action)).toEqual([
    'second_factor.removed',
    'settings.changed',
  ]);
  expect(JSON.stringify(log)).not.toContain(password);
});

test('an older session sets one up only with the current password', async () => {
  const { asSession, clock } = await openTestApi();
  clock.now += 15 * 60;
  const without = await asSession('POST', path, {});
  expect([without.status, without.json.reason]).toEqual([403, 'current_password_required']);
  const wrong = await asSession('POST', path, { current_password: 'a guess' });
  expect([wrong.status, wrong.json.reason]).toEqual([401, 'wrong_password']);
  const right = await asSession('POST', path, { current_password: adminPassword });
  expect([right.status, right.json.item.uri]).toEqual([200, expect.stringMatching(/^otpauth:/)]);
});

test('a script may set one up without a body', async () => {
  const { api } = await openTestApi();
  const headers = { cookie: `api_monitor_admin_session=${'s'.repeat(43)}` };
  const response = await api.app.request(path, { method: 'POST', headers });
  expect(response.status).toBe(200);
});
