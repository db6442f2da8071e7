import { listAudit } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { newTarget, openTestApi } from './open-test-api.ts';

const headers = ['X-Team: secret-word', '-X-Title'];

test('headers are hidden from visitors, the audit log and exports without keys', async () => {
  const api = await openTestApi();
  const added = await api.asAdmin('POST', '/api/targets', { ...newTarget, headers });
  expect([added.status, added.json.item.headers]).toEqual([200, headers]);
  expect((await api.asVisitor('GET', '/api/targets/1')).json.item.headers).toEqual([]);
  expect(JSON.stringify(await listAudit(api.db, { limit: 9 }))).not.toContain('secret-word');
  for (const format of ['yaml', 'json', 'csv']) {
    const file = `/api/admin/channels/export?format=${format}`;
    expect((await api.asSession('GET', file)).text).not.toContain('secret-word');
    const { text } = await api.asSession('GET', `${file}&keys=1`);
    const again = await api.asSession('POST', '/api/admin/channels/import', text);
    expect(again.json.counts, format).toMatchObject({ unchanged: 1, refused: 0 });
  }
});

test('a header that may not be changed is refused by its place', async () => {
  const api = await openTestApi();
  const body = { ...newTarget, headers: ['X-A: 1', 'Host: b'] };
  const answer = await api.asAdmin('POST', '/api/targets', body);
  expect([answer.status, answer.json.fields]).toEqual([
    400,
    { 'headers.1': { code: 'wrong_header' } },
  ]);
});
