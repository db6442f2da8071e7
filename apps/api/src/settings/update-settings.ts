import { changesBetween } from '@api-monitor/core';
import { deleteOtherAdminSessions, inTransaction, setSettings } from '@api-monitor/db';
import { createRoute } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate, requireSession, sessionOf } from '../auth/authenticate.ts';
import { assertCurrentPassword } from '../auth/check-password.ts';
import { jsonAnswer, jsonBody, sessionSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { endedSessions } from './follow-settings.ts';
import { settingsAnswerSchema } from './get-settings.ts';
import { readSettingsItem } from './read-settings-item.ts';
import { maskedPassword, secretFieldNames } from './secret-fields.ts';
import { type PatchSettingsBody, patchSettingsSchema } from './settings-schema.ts';
import { storedPatch } from './stored-patch.ts';

export function updateSettingsRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'patch',
    path: '/api/admin/settings',
    summary: 'Change settings; in force at once in every process',
    description:
      'What is set here goes before the environment; null goes back to it. A changed password ends every other admin session; it needs the current one, or a login of the last 15 minutes, and a wrong one counts as a failed login.',
    tags: ['admin'],
    security: sessionSecurity,
    middleware: [authenticate(deps), requireSession] as const,
    request: { body: jsonBody(patchSettingsSchema) },
    responses: jsonAnswer(settingsAnswerSchema, 'the settings'),
  });
  return createRouter().openapi(route, async (c) => {
    const body = c.req.valid('json');
    if (changesPassword(body)) await assertCurrentPassword(deps, c, body.current_password);
    const { changed, stored } = await storedPatch(deps, body);
    const item = await inTransaction(deps.db, async (tx) => {
      const before = await readSettingsItem(tx, deps);
      await setSettings(tx, stored, deps.now());
      if ('admin_panel_password' in changed) {
        await deleteOtherAdminSessions(tx, sessionOf(c).id);
      }
      const changes = changesBetween(pick(before, changed), changed, secretFieldNames);
      await c.var.audit(tx, 'settings.changed', null, changes);
      return readSettingsItem(tx, deps);
    });
    // This process at once, the others by the event.
    await deps.followedSettings.refresh();
    const ended = 'admin_panel_password' in changed ? [endedSessions] : [];
    const keys = [...Object.keys(stored), ...ended];
    await deps.bus.events.publish({ type: 'settings_changed', data: { keys } });
    return c.json({ item }, 200);
  });
}

function changesPassword({ admin_panel_password: next }: PatchSettingsBody): boolean {
  return next !== undefined && next !== maskedPassword;
}

function pick(item: object, fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).filter(([field]) => field in fields));
}
