import { z } from '@hono/zod-openapi';
import { currentPasswordSchema } from '../auth/check-password.ts';
import { settingSources } from '../auth/secrets.ts';

const masked = z.string().openapi({ description: 'masked' });
const source = z.enum(settingSources);

/** The settings in force. */
export const settingsSchema = z
  .object({
    api_monitor_token: masked,
    api_monitor_token_visitor: masked,
    admin_panel_password: masked,
    proxy_master_token: masked,
    visitor_mode_enabled: z.boolean(),
    log_cleanup_enabled: z.boolean(),
    log_max_size_mb: z.int(),
    default_interval_min: z.int(),
    sources: z
      .object({
        api_monitor_token: source,
        api_monitor_token_visitor: source,
        admin_panel_password: source,
        proxy_master_token: source,
        visitor_mode_enabled: source,
        log_cleanup_enabled: source,
        log_max_size_mb: source,
        default_interval_min: source,
      })
      .openapi({
        description:
          'where each comes from: admin (set here, and goes before all else), environment, generated at the first start, or default',
      }),
  })
  .openapi('Settings');

export type SettingsItem = z.infer<typeof settingsSchema>;

const back = 'null goes back to the environment, or to what the first start made';

function secret(least: number, bounds: { most: number; isToken: boolean }) {
  const form = bounds.isToken ? /^[\x21-\x7e]+$/ : /^\P{Cc}+$/u;
  const kind = bounds.isToken ? 'printable ASCII characters without spaces' : 'characters';
  const whole = z.string().min(least).max(bounds.most).regex(form);
  return z
    .union([whole, z.string().max(bounds.most).includes('…'), z.null()], {
      error: `must have ${least} to ${bounds.most} ${kind}, or be the masked form, or null`,
    })
    .optional()
    .openapi({ description: `the masked form leaves it alone; ${back}` });
}

const nullable = <T extends z.ZodType>(schema: T) => schema.nullable().optional();

export const patchSettingsSchema = z
  .strictObject({
    api_monitor_token: secret(8, { most: 256, isToken: true }),
    api_monitor_token_visitor: secret(8, { most: 256, isToken: true }),
    admin_panel_password: secret(8, { most: 256, isToken: false }),
    proxy_master_token: secret(16, { most: 256, isToken: true }),
    visitor_mode_enabled: nullable(z.boolean()),
    log_cleanup_enabled: nullable(z.boolean()),
    log_max_size_mb: nullable(z.int().min(0).max(102_400)),
    default_interval_min: nullable(z.int().min(1).max(1440)),
    current_password: currentPasswordSchema,
    sources: z.unknown().optional().openapi({ description: 'read-only: ignored' }),
  })
  .openapi('SettingsPatch');

export type PatchSettingsBody = z.output<typeof patchSettingsSchema>;
