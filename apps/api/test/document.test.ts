import { expect, test } from 'vitest';
import { openTestApi } from './open-test-api.ts';

test('the document has every call of the contract, with the bounds that are enforced', async () => {
  const api = await openTestApi();
  const { json } = await api.asNobody('GET', '/api/openapi.json');
  expect(json.openapi).toBe('3.1.0');
  const calls = Object.entries<object>(json.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(calls.sort()).toEqual(
    [
      'GET /api/health',
      'GET /api/dashboard',
      'GET /api/targets',
      'POST /api/targets',
      'GET /api/targets/{id}',
      'PATCH /api/targets/{id}',
      'DELETE /api/targets/{id}',
      'POST /api/targets/{id}/run',
      'GET /api/targets/{id}/runs',
      'GET /api/targets/{id}/logs',
      'GET /api/targets/{id}/models',
      'PATCH /api/targets/{id}/models',
      'GET /api/targets/{id}/secret',
      'POST /api/targets/reorder',
      'POST /api/targets/bulk',
      'POST /api/targets/test',
      'POST /api/targets/preview',
      'GET /api/targets/{id}/probe-usage',
      'GET /api/events',
      'GET /api/proxy/keys',
      'POST /api/proxy/keys',
      'PATCH /api/proxy/keys/{id}',
      'DELETE /api/proxy/keys/{id}',
      'POST /api/proxy/keys/{id}/regenerate',
      'GET /api/proxy/requests',
      'GET /api/proxy/requests/totals',
      'GET /api/routes',
      'GET /api/admin/status-page',
      'PATCH /api/admin/status-page',
      'GET /api/status',
      'GET /badge/{file}',
      'GET /api/targets/{id}/analysis',
      'GET /api/models',
      'GET /api/model-groups',
      'POST /api/model-groups',
      'DELETE /api/model-groups',
      'POST /api/model-groups/dismiss',
      'GET /api/proxy/names',
      'GET /api/models/analysis',
      'POST /api/admin/login',
      'POST /api/admin/logout',
      'GET /api/admin/session',
      'GET /api/admin/sessions',
      'DELETE /api/admin/sessions/{id}',
      'DELETE /api/admin/sessions',
      'GET /api/admin/settings',
      'PATCH /api/admin/settings',
      'GET /api/admin/second-factor',
      'POST /api/admin/second-factor',
      'POST /api/admin/second-factor/confirm',
      'POST /api/admin/second-factor/recovery-codes',
      'POST /api/admin/second-factor/remove',
      'GET /api/admin/audit',
      'GET /api/admin/backup',
      'GET /api/admin/channels/export',
      'GET /api/channels/export',
      'POST /api/channels/plan',
      'POST /api/channels/apply',
      'POST /api/channels/release',
      'GET /api/admin/channels/import/progress',
      'POST /api/admin/channels/import',
      'GET /api/admin/resources',
      'GET /api/admin/channels',
      'PATCH /api/admin/channels/{id}/advanced',
      'GET /api/admin/channels/{id}/models',
      'PATCH /api/admin/channels/{id}/models',
    ].sort(),
  );
  const schema = json.components.schemas.NewTarget;
  expect(schema.required.sort()).toEqual(['base_url', 'name']);
  expect(schema.properties.interval_min).toMatchObject({
    type: 'integer',
    minimum: 1,
    maximum: 1440,
  });
  expect(schema.additionalProperties).toBe(false);
  for (const methods of Object.values<Record<string, { responses: object }>>(json.paths)) {
    for (const { responses } of Object.values(methods)) expect(responses).toHaveProperty('default');
  }
});
