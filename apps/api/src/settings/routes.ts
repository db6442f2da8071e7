import { changesBetween } from '@api-monitor/core';
import { deleteOtherAdminSessions, inTransaction, setSettings } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { sessionOf } from '../auth/authenticate.ts';
import { assertCurrentPassword } from '../auth/check-password.ts';
import { createRouteKinds, jsonAnswer, jsonBody } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { endedSessions } from './follow-settings.ts';
import { readSettingsItem } from './read-settings-item.ts';
import {
  maskedPassword,
  type PatchSettingsBody,
  patchSettingsSchema,
  secretFieldNames,
  settingsSchema,
} from './settings-schema.ts';
import { storedPatch } from './stored-patch.ts';

const answerSchema = z.object({ item: settingsSchema });

export function settingsRoutes(deps: ApiDeps) {
  const { db, now } = deps;
  const { sessionRoute } = createRouteKinds(deps, 'admin');
  return createRouter()
    .openapi(
      sessionRoute('get', '/api/admin/settings', {
        summary: 'The current settings, with masked secrets',
        responses: jsonAnswer(answerSchema, 'the settings'),
      }),
      async (c) => c.json({ item: await readSettingsItem(db, deps) }, 200),
    )
    .openapi(
      sessionRoute('patch', '/api/admin/settings', {
        summary: 'Change settings; every process follows at once',
        description:
          'A value that is set here takes precedence over the environment; null goes back to it. A new password ends every other admin session. It needs the current password, or a login within the last 15 minutes; a wrong one counts as a failed login.',
        request: { body: jsonBody(patchSettingsSchema) },
        responses: jsonAnswer(answerSchema, 'the settings'),
      }),
      async (c) => {
        const body = c.req.valid('json');
        if (changesPassword(body)) await assertCurrentPassword(deps, c, body.current_password);
        const { changed, stored } = await storedPatch(deps, body);
        const item = await inTransaction(db, async (tx) => {
          const before = await readSettingsItem(tx, deps);
          await setSettings(tx, stored, now());
          if ('admin_panel_password' in changed) {
            await deleteOtherAdminSessions(tx, sessionOf(c).id);
          }
          const changes = changesBetween({ ...before }, changed, secretFieldNames);
          await c.var.audit(tx, 'settings.changed', null, changes);
          return readSettingsItem(tx, deps);
        });
        // This process follows here, the others by the event.
        await deps.followedSettings.refresh();
        const ended = 'admin_panel_password' in changed ? [endedSessions] : [];
        const keys = [...Object.keys(stored), ...ended];
        await deps.bus.events.publish({ type: 'settings_changed', data: { keys } });
        return c.json({ item }, 200);
      },
    );
}

function changesPassword({ admin_panel_password: next }: PatchSettingsBody): boolean {
  return next !== undefined && next !== maskedPassword;
}
