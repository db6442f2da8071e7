import { z } from 'zod';
import { plainLine } from '../shape.ts';
import { headerValue } from '../targets/header-value.ts';
import { parseKeyLine, type TargetKey } from './target-keys.ts';

export const apiKeySchema = headerValue(1, 2048);

const keyNameSchema = plainLine
  .trim()
  .max(64)
  .refine((name) => !name.startsWith('#'), 'must not begin with #, which marks disabled keys');

/** The list of a channel's keys, each an object or a line; `apiKey` says what may be in place of a key. */
export function keysSchema(apiKey: z.ZodType<string, string>) {
  const key = z.strictObject({
    name: keyNameSchema.default(''),
    api_key: apiKey,
    enabled: z.boolean().default(true),
  });
  const read = (given: unknown) => (typeof given === 'string' ? parseKeyLine(given) : given);
  return z
    .array(z.preprocess(read, key))
    .max(500)
    .superRefine((keys, context) => {
      for (const { path, message } of faultsOfKeys(keys)) {
        const params = { code: path.length > 0 ? 'repeated' : 'required' };
        context.addIssue({ code: 'custom', path, message, params });
      }
    })
    .describe('several keys that take turns, or none beside `api_key`; a line is "name: key"');
}

/** What is wrong with a list as a whole; a masked key may be any. */
export function faultsOfKeys(
  keys: readonly TargetKey[],
): { path: PropertyKey[]; message: string }[] {
  const faults: { path: PropertyKey[]; message: string }[] = [];
  for (const field of ['api_key', 'name'] as const) {
    const seen = new Set<string>();
    for (const [index, { [field]: value }] of keys.entries()) {
      const isRepeated = seen.has(value) && value !== '' && !value.includes('…');
      if (isRepeated) faults.push({ path: [index, field], message: 'is in the list twice' });
      seen.add(value);
    }
  }
  if (keys.length > 0 && !keys.some(({ enabled }) => enabled)) {
    faults.push({ path: [], message: 'must have one key that is enabled' });
  }
  return faults;
}
