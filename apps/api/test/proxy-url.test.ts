import { getTarget, listAudit, openProxyUrl } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { newTarget, openTestApi } from './open-test-api.ts';

const proxy_url = 'socks5://user:secret-word@127.0.0.1:1080';
const masked = 'socks5://user:…@127.0.0.1:1080';

async function withProxied() {
  const api = await openTestApi();
  const added = await api.asAdmin('POST', '/api/targets', { ...newTarget, proxy_url });
  expect(added.status, added.text).toBe(200);
  const { id } = added.json.item;
  const stored = async () => {
    const target = await getTarget(api.db, id);
    return target && openProxyUrl(api.db, target);
  };
  return { api, added, path: `/api/targets/${id}`, stored };
}

test('a proxy’s password is sealed, masked for admins, and the proxy hidden from visitors', async () => {
  const { api, added, path, stored } = await withProxied();
  expect(added.json.item.proxy_url).toBe(masked);
  expect(await stored()).toBe(proxy_url);
  const asVisitor = await api.asVisitor('GET', path);
  expect(asVisitor.json.item.proxy_url).toBe('…');
  const channels = await api.asSession('GET', '/api/admin/channels');
  expect(channels.json.items[0].proxy_url).toBe(masked);
  const texts = [
    added.text,
    asVisitor.text,
    channels.text,
    JSON.stringify(await listAudit(api.db, { limit: 9 })),
  ];
  for (const text of texts) expect(text).not.toContain('secret-word');
});

test('the masked form leaves the proxy alone; another, direct and null replace it', async () => {
  const { api, path, stored } = await withProxied();
  expect((await api.asAdmin('PATCH', path, { proxy_url: masked })).status).toBe(200);
  expect(await stored()).toBe(proxy_url);
  const wrong = await api.asAdmin('PATCH', path, { proxy_url: 'http://user:…@other:1' });
  expect([wrong.status, wrong.json.fields]).toEqual([400, { proxy_url: { code: 'masked_form' } }]);
  const advanced = path.replace('/api/targets', '/api/admin/channels');
  const kept = await api.asSession('PATCH', `${advanced}/advanced`, { proxy_url: masked });
  expect([kept.status, await stored()]).toEqual([200, proxy_url]);
  expect((await api.asAdmin('PATCH', path, { proxy_url: 'direct' })).json.item.proxy_url).toBe(
    'direct',
  );
  for (const none of [null, '']) {
    await api.asAdmin('PATCH', path, { proxy_url });
    expect((await api.asAdmin('PATCH', path, { proxy_url: none })).json.item.proxy_url).toBeNull();
  }
});

test.each(['ftp://p.example', 'p.example:3128', 'http://p.example/x', 'http://u:…@p.example'])(
  'the proxy %s is refused for a new channel',
  async (bad) => {
    const api = await openTestApi();
    const answer = await api.asAdmin('POST', '/api/targets', { ...newTarget, proxy_url: bad });
    expect([answer.status, answer.json.fields]).toEqual([
      400,
      { proxy_url: { code: 'wrong_proxy' } },
    ]);
    expect(answer.json.detail).toMatch(/^proxy_url must /);
  },
);

test('a wrong proxy of a stored channel is said as one of a new channel is', async () => {
  const { api, path } = await withProxied();
  const answer = await api.asAdmin('PATCH', path, { proxy_url: 'vmess://p.example' });
  expect([answer.status, answer.json.fields]).toEqual([
    400,
    { proxy_url: { code: 'wrong_proxy' } },
  ]);
  expect(answer.json.detail).toMatch(/^proxy_url must be .*, or the masked address$/);
});

test('exports without keys omit proxies; with keys they come back whole in every format', async () => {
  const { api } = await withProxied();
  for (const format of ['yaml', 'json', 'csv']) {
    const file = `/api/admin/channels/export?format=${format}`;
    expect((await api.asSession('GET', file)).text).not.toContain('proxy_url');
    const whole = (await api.asSession('GET', `${file}&keys=1`)).text;
    expect(whole).toContain(proxy_url);
    const other = await openTestApi();
    const imported = await other.asSession('POST', '/api/admin/channels/import', whole);
    expect(imported.json.counts, imported.text).toMatchObject({ created: 1 });
    const target = await getTarget(other.db, 1);
    expect(target && openProxyUrl(other.db, target)).toBe(proxy_url);
  }
});
