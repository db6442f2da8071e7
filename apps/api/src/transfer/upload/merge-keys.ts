import { importLimits, tooMuch } from '../import-limits.ts';
import { isRecord } from './bound-entries.ts';

type Mapping = Record<string, unknown>;

const mergeKey = '<<';

/**
 * The entries with YAML's merge keys resolved (https://yaml.org/type/merge.html): a field of the entry itself
 * comes before one that is merged in, and of several mappings the first comes first. Each mapping is resolved
 * once, however many aliases lead to it. Throws AppError `invalid_input` for more fields than a channel may have.
 */
export function withMergedKeys(entries: readonly unknown[]): unknown[] {
  const resolved = new Map<Mapping, Mapping>();
  const resolve = (mapping: Mapping): Mapping => {
    if (!Object.hasOwn(mapping, mergeKey)) return mapping;
    const done = resolved.get(mapping);
    if (done) return done;
    const { [mergeKey]: merged, ...own } = mapping;
    // Until it is resolved, for a mapping that merges itself.
    resolved.set(mapping, own);
    const sources = (Array.isArray(merged) ? merged : [merged]).filter(isRecord).map(resolve);
    const fields = [...sources.toReversed(), own].flatMap((one) => Object.entries(one));
    const whole: Mapping = Object.fromEntries(fields);
    const { fieldsOfChannel } = importLimits;
    if (Object.keys(whole).length > fieldsOfChannel) throw tooMuch(`${fieldsOfChannel} fields`);
    resolved.set(mapping, whole);
    return whole;
  };
  return entries.map((entry) => (isRecord(entry) ? resolve(entry) : entry));
}
