import type { AuditEntry } from '@api-monitor/core';
import { expect, it } from 'vitest';
import { adminTexts } from '../../i18n/admin-texts.ts';
import { translatorFor } from '../../i18n/translate.ts';
import { auditRow } from './audit-row.ts';

const entry: AuditEntry = {
  id: 1,
  timestamp: 1000,
  actor: 'session',
  session_id: 3,
  address: '203.0.113.9',
  action: 'proxy_key.created',
  subject_id: 2,
  subject_name: '<b>laptop</b>',
  changes: [
    { field: 'name', old: null, new: '<b>laptop</b>' },
    { field: 'description', old: null, new: '' },
    { field: 'allowed_models', old: null, new: '[]' },
    { field: 'rpm_limit', old: 60, new: null },
  ],
};

it('a line says who did what, without the fields that were left empty', () => {
  expect(auditRow(entry, translatorFor('en', adminTexts))).toMatchObject({
    actorText: 'Admin session',
    actionText: 'Proxy key created',
    subject: '<b>laptop</b>',
    changes: [
      { field: 'name', old: '', new: '<b>laptop</b>' },
      { field: 'rpm_limit', old: '60', new: '—' },
    ],
  });
});
