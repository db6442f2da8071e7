/** Random numbers from 0 to below 1, the same in every run (mulberry32). */
export function createDice(seed: number) {
  let state = seed;
  const roll = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number) => Math.floor(roll() * limit);
  return {
    isBelow: (chance: number) => roll() < chance,
    below,
    pick<T>(options: readonly T[]): T {
      const option = options[below(options.length)];
      if (option === undefined) throw new Error('there is nothing to pick from');
      return option;
    },
  };
}

export type Dice = ReturnType<typeof createDice>;

export const hostileTexts = [
  '',
  ' ',
  'null',
  '__proto__',
  'constructor',
  '../../../../etc/passwd',
  '..%2f..%2fregistry.db',
  '%00',
  'a\u0000b',
  'line\r\nX-Injected: yes',
  "'; drop table targets; --",
  '" or ""="',
  '<script>alert(1)</script>',
  '{{7*7}}',
  '=cmd|calc!A0',
  '\ud800',
  '\u2028\u2029\u0085',
  '𝔘𝔫𝔦𝔠𝔬𝔡𝔢 🦊',
  'x'.repeat(5000),
  `${'a'.repeat(30)}!`,
  '(a+)+$',
  '9'.repeat(400),
  'http://169.254.169.254/latest/meta-data',
  'file:///etc/passwd',
  '1e999',
  '-1',
  '0',
  '1',
] as const;

const hostileNumbers = [0, -1, 1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, 1_000_000];

export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  allOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  minimum?: number;
  maximum?: number;
  minLength?: number;
}

/** Values that fit a schema, nearly fit it, or have nothing to do with it. */
export function createValues(dice: Dice, schemas: Record<string, JsonSchema>) {
  const anything = (depth: number): unknown => {
    const plain = [null, true, false, dice.pick(hostileTexts), dice.pick(hostileNumbers), [], {}];
    if (depth > 0 && dice.isBelow(0.3)) return [anything(depth - 1), anything(depth - 1)];
    if (depth > 0 && dice.isBelow(0.3)) return { [dice.pick(hostileTexts)]: anything(depth - 1) };
    return dice.pick(plain);
  };
  const numberFor = ({ minimum, maximum }: JsonSchema) => {
    const edges = [minimum, maximum].filter((edge) => edge !== undefined);
    const around = edges.flatMap((edge) => [edge, edge - 1, edge + 1, edge + 0.5]);
    return dice.pick([...around, ...around, ...hostileNumbers]);
  };
  const objectFor = ({ properties = {}, required = [] }: JsonSchema, depth: number) => {
    const entries = Object.entries(properties)
      .filter(([name]) => required.includes(name) || dice.isBelow(0.4))
      .filter(() => !dice.isBelow(0.05))
      .map(([name, inner]): [string, unknown] => [name, valueFor(inner, depth - 1)]);
    if (dice.isBelow(0.1)) entries.push([dice.pick(hostileTexts), anything(2)]);
    return Object.fromEntries(entries);
  };
  const valueFor = (schema: JsonSchema, depth = 5): unknown => {
    if (depth < 0 || dice.isBelow(0.15)) return anything(3);
    if (schema.$ref) return valueFor(schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, depth);
    if (schema.anyOf) return valueFor(dice.pick(schema.anyOf), depth);
    if (schema.allOf) return valueFor(dice.pick(schema.allOf), depth);
    if (schema.enum) return dice.pick(schema.enum);
    if (schema.const !== undefined) return schema.const;
    const type = Array.isArray(schema.type) ? dice.pick(schema.type) : schema.type;
    switch (type) {
      case 'integer':
      case 'number':
        return numberFor(schema);
      case 'boolean':
        return dice.isBelow(0.5);
      case 'array':
        return Array.from({ length: dice.below(4) }, () => valueFor(schema.items ?? {}, depth - 1));
      case 'object':
        return objectFor(schema, depth);
      case 'string':
        return dice.isBelow(0.5) ? `good-${dice.below(1000)}-value` : dice.pick(hostileTexts);
      default:
        return anything(3);
    }
  };
  return { anything, valueFor };
}
