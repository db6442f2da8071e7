import { noKeyYet } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { openTestApi } from './open-test-api.ts';

async function withKeyless() {
  const api = await openTestApi();
  const file = 'channels: [{name: relay, base_url: "https://relay.example"}]';
  await api.asSession('POST', '/api/admin/channels/import', file);
  const read = async () => (await api.asAdmin('GET', '/api/targets/1')).json.item;
  return { ...api, read };
}

const required = { api_key: { code: 'required' } };

test('a channel without a key shows none, and stays paused until it has one', async () => {
  const { asAdmin, read } = await withKeyless();
  const item = await read();
  expect(item).toMatchObject({ api_key: '', enabled: false });
  const enabled = await asAdmin('PATCH', '/api/targets/1', { enabled: true });
  const run = await asAdmin('POST', '/api/targets/1/run');
  const tried = await asAdmin('POST', '/api/targets/test', { target_id: 1 });
  for (const { status, json } of [enabled, run, tried]) {
    expect([status, json.fields]).toEqual([400, required]);
  }
  const bulk = { ids: [1], action: 'resume' };
  const { json } = await asAdmin('POST', '/api/targets/bulk', bulk);
  expect(json.items).toMatchObject([{ outcome: 'refused', fields: required }]);
  const saved = await asAdmin('PATCH', '/api/targets/1', { ...item, interval_min: 5 });
  expect([saved.status, saved.json.item.interval_min]).toEqual([200, 5]);
  const key = { api_key: 'sk-now-0123456789', enabled: true };
  const known = await asAdmin('PATCH', '/api/targets/1', key);
  expect(known.json.item).toMatchObject({ enabled: true, api_key: 'sk-no…6789' });
  const emptied = await asAdmin('PATCH', '/api/targets/1', { api_key: '' });
  expect([emptied.status, emptied.json.fields]).toEqual([400, required]);
});

test('nobody is told the placeholder of a key', async () => {
  const { asAdmin, asSession } = await withKeyless();
  const secret = await asAdmin('GET', '/api/targets/1/secret');
  const file = await asSession('GET', '/api/admin/channels/export?format=yaml&keys=1');
  for (const { text } of [secret, file]) expect(text).not.toContain(noKeyYet);
  const again = await asSession('POST', '/api/admin/channels/import', file.text);
  expect(again.json.counts).toMatchObject({ unchanged: 1, refused: 0 });
});
