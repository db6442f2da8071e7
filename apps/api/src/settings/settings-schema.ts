import { namesOf, recordOf, settingNames, settingsShape } from '@api-monitor/core';
import type { SecretName } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import { currentPasswordSchema } from '../auth/check-password.ts';
import { settingSources } from '../auth/secrets.ts';
import { answerShape } from '../derive-schema.ts';

/** The secrets among the settings, by their names on the wire. */
export const secretFields = {
  api_monitor_token: 'apiToken',
  api_monitor_token_visitor: 'visitorToken',
  admin_panel_password: 'adminPassword',
  proxy_master_token: 'proxyMasterToken',
} as const satisfies Record<string, SecretName>;

export type SecretField = keyof typeof secretFields;
export const secretFieldNames = namesOf(secretFields);

/** A password is stored as its hash, so no part of it can be shown. */
export const maskedPassword = '…';

/** The settings in force. */
export const settingsSchema = z
  .object({
    ...recordOf(secretFieldNames, () => z.string().describe('masked')),
    ...answerShape(settingsShape).shape,
    sources: z
      .object(recordOf([...secretFieldNames, ...settingNames], () => z.enum(settingSources)))
      .describe(
        'where each comes from: admin (set here, wins over all others), environment, generated at the first start, or default',
      ),
  })
  .openapi('Settings');

export type SettingsItem = z.infer<typeof settingsSchema>;

const back = 'null goes back to the environment, or to what the first start generated';

function secret(least: number, bounds: { most: number; isToken: boolean }) {
  const form = bounds.isToken ? /^[\x21-\x7e]+$/ : /^\P{Cc}+$/u;
  const kind = bounds.isToken ? 'printable ASCII characters without spaces' : 'characters';
  const whole = z.string().min(least).max(bounds.most).regex(form);
  return z
    .union([whole, z.string().max(bounds.most).includes('…'), z.null()], {
      error: `must have ${least} to ${bounds.most} ${kind}, or be the masked form, or null`,
    })
    .optional()
    .describe(`the masked form leaves it alone; ${back}`);
}

export const patchSettingsSchema = z
  .strictObject({
    api_monitor_token: secret(8, { most: 256, isToken: true }),
    api_monitor_token_visitor: secret(8, { most: 256, isToken: true }),
    admin_panel_password: secret(8, { most: 256, isToken: false }),
    proxy_master_token: secret(16, { most: 256, isToken: true }),
    ...nullableFields(settingsShape.shape),
    current_password: currentPasswordSchema,
    sources: z.unknown().optional().describe('read-only: ignored'),
  })
  .openapi('SettingsPatch');

export type PatchSettingsBody = z.output<typeof patchSettingsSchema>;

/** The same fields, each of which may be null or absent. */
function nullableFields<Shape extends Record<string, z.ZodType>>(shape: Shape) {
  const fields = Object.entries(shape).map(([name, schema]) => [
    name,
    schema.nullable().optional(),
  ]);
  return Object.fromEntries(fields) as {
    [Name in keyof Shape]: z.ZodOptional<z.ZodNullable<Shape[Name]>>;
  };
}
