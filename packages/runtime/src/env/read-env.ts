import { z } from 'zod';
import { EnvError } from './env-error.ts';

/** Other programs read these in lower case too, which takes precedence, as in curl. */
const alsoInLowerCase: ReadonlySet<string> = new Set(['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']);

/**
 * Reads the variables that `schema` names. An empty value counts as unset. Throws EnvError with a line
 * for each bad variable: its name, what is wrong, and what is allowed.
 */
export function readEnv<Schema extends z.ZodObject>(
  schema: Schema,
  env: Record<string, string | undefined>,
  warn: (line: string) => void = console.error,
): z.output<Schema> {
  const given = Object.fromEntries(
    Object.keys(schema.shape).map((name) => {
      const lower = alsoInLowerCase.has(name) ? env[name.toLowerCase()]?.trim() : '';
      const value = lower || env[name]?.trim() || undefined;
      if (!isServiceAddress(name, value)) return [name, value];
      warn(`${name}: "${value}" is ignored: Kubernetes sets it for a Service of that name`);
      return [name, undefined];
    }),
  );
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const lines = result.error.issues.map(({ path, message }) => {
    return `${String(path[0] ?? 'environment')}: ${message}`;
  });
  throw new EnvError(lines.join('\n'));
}

/**
 * Whether it's a variable that Kubernetes sets for each Service of the namespace: `PROXY_PORT` is
 * `tcp://10.0.0.7:8082` beside a Service called `proxy`.
 * https://kubernetes.io/docs/tutorials/services/connect-applications-service/#environment-variables
 */
function isServiceAddress(name: string, value: string | undefined): boolean {
  return name.endsWith('_PORT') && /^(?:tcp|udp|sctp):\/\//.test(value ?? '');
}

/**
 * A variable that `parse` reads. If it returns null, the error is `must be <allowed>, not "x"`; a secret
 * isn't quoted.
 */
export function envParsed<T>({
  parse,
  default: fallback,
  allowed,
  isSecret = false,
}: {
  parse: (text: string) => T | null;
  default: string;
  allowed: string;
  isSecret?: boolean;
}) {
  return z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const value = parse(text);
      if (value !== null) return value;
      const quoted = isSecret ? '' : `, not "${text}"`;
      context.addIssue({ code: 'custom', message: `must be ${allowed}${quoted}` });
      return z.NEVER;
    });
}

/** A whole number within the range, both ends included. */
export function envInt({ min, max, default: fallback }: Record<'min' | 'max' | 'default', number>) {
  return envParsed({
    parse(text) {
      const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
      return value >= min && value <= max ? value : null;
    },
    default: String(fallback),
    allowed: `a whole number from ${min} to ${max}`,
  });
}

/** A number within the range, both ends included; with a point, and without an exponent. */
export function envNumber({
  min,
  max,
  default: fallback,
}: Record<'min' | 'max' | 'default', number>) {
  return envParsed({
    parse(text) {
      const value = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
      return value >= min && value <= max ? value : null;
    },
    default: String(fallback),
    allowed: `a number from ${min} to ${max}`,
  });
}

/** true, 1, yes, on; or false, 0, no, off. */
export function envBoolean(fallback: boolean) {
  return z
    .stringbool({
      truthy: ['true', '1', 'yes', 'on'],
      falsy: ['false', '0', 'no', 'off'],
      error: ({ input }) => `must be true or false, not "${input}"`,
    })
    .default(fallback);
}
