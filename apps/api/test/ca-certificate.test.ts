import { rootCertificates } from 'node:tls';
import { expect, test } from 'vitest';
import { newTarget, openTestApi } from './open-test-api.ts';

const [first = '', second = ''] = rootCertificates;

test('certificates are kept without comments, and survive an export in every format', async () => {
  const api = await openTestApi();
  const ca_certificate = `subject=a\r\n${first}\r\n# next\r\n${second}\r\n`;
  const added = await api.asAdmin('POST', '/api/targets', { ...newTarget, ca_certificate });
  const kept = `${first}\n${second}`;
  expect([added.status, added.json.item.ca_certificate]).toEqual([200, kept]);
  for (const format of ['yaml', 'json', 'csv']) {
    const file = `/api/admin/channels/export?format=${format}&keys=1`;
    const { text } = await api.asSession('GET', file);
    const again = await api.asSession('POST', '/api/admin/channels/import', text);
    expect(again.json.counts, format).toMatchObject({ unchanged: 1, refused: 0 });
  }
  const cleared = await api.asAdmin('PATCH', '/api/targets/1', { ca_certificate: '' });
  expect(cleared.json.item.ca_certificate).toBeNull();
});

test('a long chain of certificates survives an import', async () => {
  const api = await openTestApi();
  const ca_certificate = Array(Math.floor(65_000 / (first.length + 1)))
    .fill(first)
    .join('\n');
  const file = JSON.stringify([{ ...newTarget, ca_certificate }]);
  const imported = await api.asSession('POST', '/api/admin/channels/import', file);
  expect(imported.json.counts).toMatchObject({ created: 1, refused: 0 });
});

test.each([
  'a certificate',
  `${first}\n-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----`,
  '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
])('%j is refused', async (bad) => {
  const api = await openTestApi();
  const answer = await api.asAdmin('POST', '/api/targets', { ...newTarget, ca_certificate: bad });
  expect([answer.status, answer.json.fields]).toEqual([
    400,
    { ca_certificate: { code: 'wrong_certificate' } },
  ]);
});
