import { z } from 'zod';

/** The environment is not usable; `message` lists every problem, one a line. */
export class EnvError extends Error {
  override readonly name = 'EnvError';
}

/**
 * Reads the variables that `schema` names. An empty value counts as unset.
 * Throws EnvError with a line for each bad variable: its name, the fault, what is allowed.
 */
export function readEnv<Schema extends z.ZodObject>(
  schema: Schema,
  env: Record<string, string | undefined>,
): z.output<Schema> {
  const given = Object.fromEntries(
    Object.keys(schema.shape).map((name) => [name, env[name]?.trim() || undefined]),
  );
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new EnvError(result.error.issues.map(lineOf).join('\n'));
}

function lineOf(issue: z.core.$ZodIssue): string {
  return `${String(issue.path[0] ?? 'environment')}: ${issue.message}`;
}

/** A whole number between bounds, e.g. `PORT must be a whole number from 0 to 65535, not "x"`. */
export function envInt(range: { min: number; max: number; default: number }) {
  const allowed = `must be a whole number from ${range.min} to ${range.max}`;
  return z
    .string()
    .default(String(range.default))
    .transform((text, context) => {
      const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
      if (value >= range.min && value <= range.max) return value;
      context.addIssue({ code: 'custom', message: `${allowed}, not "${text}"` });
      return z.NEVER;
    });
}

const words = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['0', false],
  ['no', false],
  ['off', false],
]);

/** true, 1, yes, on; or false, 0, no, off. */
export function envBoolean(fallback: boolean) {
  return z
    .string()
    .default(String(fallback))
    .transform((text, context) => {
      const value = words.get(text.toLowerCase());
      if (value !== undefined) return value;
      context.addIssue({ code: 'custom', message: `must be true or false, not "${text}"` });
      return z.NEVER;
    });
}

/** What `parse` makes of the text; null is a fault, told as `must be <allowed>, not "x"`. */
export function envParsed<T>(options: {
  parse: (text: string) => T | null;
  default: string;
  allowed: string;
}) {
  return z
    .string()
    .default(options.default)
    .transform((text, context) => {
      const value = options.parse(text);
      if (value !== null) return value;
      context.addIssue({
        code: 'custom',
        message: `must be ${options.allowed}, not "${text}"`,
      });
      return z.NEVER;
    });
}
