import { Secret, TOTP } from 'otpauth';
import { expect, test } from 'vitest';
import { countScrypts } from './count-scrypts.ts';
import { adminPassword, openTestApi } from './open-test-api.ts';

type TestApi = Awaited<ReturnType<typeof openTestApi>>;

// Nearly all the time of a login is its key derivation, so equal counts mean equal times.
async function attempt({ asNobody }: TestApi, body: { password: string; code?: string }) {
  const statuses: number[] = [];
  const scrypts = await countScrypts(async () => {
    statuses.push((await asNobody('POST', '/api/admin/login', body)).status);
  });
  return [statuses[0], scrypts];
}

const wrongPasswords = ['x', 'x'.repeat(1024), adminPassword.toUpperCase(), `${adminPassword} `];

test('a login derives one key, whether the password is right or wrong, short or long', async () => {
  const api = await openTestApi();
  expect(await attempt(api, { password: adminPassword })).toEqual([200, 1]);
  for (const password of wrongPasswords) {
    expect(await attempt(api, { password })).toEqual([401, 1]);
    expect(await attempt(api, { password, code: '123456' })).toEqual([401, 1]);
  }
});

test('a blocked login derives no key', async () => {
  const api = await openTestApi();
  for (let i = 0; i < 8; i += 1) await attempt(api, { password: 'wrong' });
  expect(await attempt(api, { password: adminPassword })).toEqual([429, 0]);
});

test('a second factor adds no derivation, whether its code is right, wrong or missing', async () => {
  const api = await openTestApi();
  const { secret } = (await api.asSession('POST', '/api/admin/second-factor', {})).json.item;
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  const code = () => totp.generate({ timestamp: api.clock.now * 1000 });
  const confirm = { code: code() };
  const { json } = await api.asSession('POST', '/api/admin/second-factor/confirm', confirm);
  api.clock.now += 30;
  const password = adminPassword;
  const [recoveryCode] = json.recovery_codes;
  expect(await attempt(api, { password })).toEqual([401, 1]);
  expect(await attempt(api, { password, code: '000000' })).toEqual([401, 1]);
  expect(await attempt(api, { password, code: 'no-such-code' })).toEqual([401, 1]);
  expect(await attempt(api, { password: 'wrong', code: code() })).toEqual([401, 1]);
  expect(await attempt(api, { password, code: code() })).toEqual([200, 1]);
  expect(await attempt(api, { password, code: recoveryCode })).toEqual([200, 1]);
});
