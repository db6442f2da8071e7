import { z } from 'zod';

/** As environments and the older tool write it: true, 1, yes, on; or false, 0, no, off; in any case. */
const onOff = z.string().trim().pipe(z.stringbool());

/** The switches and numbers that are kept as text, with their bounds. */
const settingSchemas = {
  visitor_mode_enabled: onOff,
  log_cleanup_enabled: onOff,
  log_max_size_mb: wholeNumber(0, 102_400),
  default_interval_min: wholeNumber(1, 1440),
};

export const plainSettingKeys = Object.keys(settingSchemas);

/** Settings as they were set at run time; null: not set, or set to what can't be read. */
export interface PlainSettings {
  visitor_mode_enabled: boolean | null;
  log_cleanup_enabled: boolean | null;
  log_max_size_mb: number | null;
  default_interval_min: number | null;
}

/** Reads stored text: what is missing, unreadable or out of bounds is null, so that a default holds. */
export function parseSettings(stored: ReadonlyMap<string, string>): PlainSettings {
  return {
    visitor_mode_enabled: parsed(
      settingSchemas.visitor_mode_enabled,
      stored.get('visitor_mode_enabled'),
    ),
    log_cleanup_enabled: parsed(
      settingSchemas.log_cleanup_enabled,
      stored.get('log_cleanup_enabled'),
    ),
    log_max_size_mb: parsed(settingSchemas.log_max_size_mb, stored.get('log_max_size_mb')),
    default_interval_min: parsed(
      settingSchemas.default_interval_min,
      stored.get('default_interval_min'),
    ),
  };
}

function parsed<T>(schema: z.ZodType<T>, text: string | undefined): T | null {
  return schema.safeParse(text).data ?? null;
}

/** A whole number as text, e.g. `500`. */
function wholeNumber(min: number, max: number) {
  return z.string().trim().regex(/^\d+$/).transform(Number).pipe(z.int().min(min).max(max));
}
