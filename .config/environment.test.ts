import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { proxyServiceEnvShape } from '../apps/proxy/src/env.ts';
import { envSchema } from '../apps/standalone/src/env.ts';
import { workerServiceEnvShape } from '../apps/worker/src/env.ts';

/** Every variable of every app. */
const variables = { ...envSchema.shape, ...proxyServiceEnvShape, ...workerServiceEnvShape };
type Name = keyof typeof variables;
const isName = (name: string): name is Name => Object.hasOwn(variables, name);

/** What a variable is read as; `unset`: it may be absent and has no default, or it must be set. */
function read(name: Name, text?: string) {
  const result = variables[name].safeParse(text);
  const isUnset = text === undefined && (result.data === undefined || !result.success);
  return isUnset ? 'unset' : (result.data ?? result.error);
}

const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n');

/** The words in the table's second column for what has no value by default. */
const unsetWords = /^(?:none|all interfaces|created (?:at|in) .*|SQLite in .*)$/;

/** The rows of the README's table: variables, defaults, and what is said about them. */
const rows = linesOf('README.md')
  .filter((line) => /^\| `[A-Z_]+`/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, names = '', defaults = '', meaning = '']) => {
    const found = names.match(/[A-Z_]{4,}/g) ?? [];
    const isEach = names.includes('`, `');
    const values = isEach ? defaults.split(', ') : found.map(() => defaults);
    return { names: found.filter(isName), all: found, values, meaning };
  });

const inReadme = rows.flatMap(({ all, values, meaning }) =>
  all.map((name, at) => ({ name, value: (values[at] ?? '').replaceAll('`', ''), meaning })),
);

/** The lines before those about docker compose. */
const example = linesOf('.env.example');
const inExample = example
  .slice(
    0,
    example.findIndex((line) => line.startsWith('# docker compose')),
  )
  .flatMap((line) => {
    const [, name = '', value = '', comment = ''] =
      /^# ([A-Z_]+)=(\S*)(?:\s+# (.*))?$/.exec(line) ?? [];
    return name === '' ? [] : [{ name, value, comment }];
  });

test('the README has every variable, and no other', () => {
  const named = inReadme.map(({ name }) => name);
  expect(named.toSorted()).toEqual(Object.keys(variables).toSorted());
});

test.each(inReadme)('the README states the default of $name', ({ name, value }) => {
  if (!isName(name)) throw new Error(`no app reads ${name}`);
  const actual = read(name);
  // A list is empty rather than absent.
  if (unsetWords.test(value)) expect([read(name, ''), 'unset']).toContainEqual(actual);
  else expect(read(name, value)).toEqual(actual);
});

test.each(inExample)('.env.example states the default of $name', ({ name, value }) => {
  if (!isName(name)) throw new Error(`no app reads ${name}`);
  const actual = read(name);
  // What has no default may be shown with an example.
  if (value === '') expect([read(name, ''), 'unset']).toContainEqual(actual);
  else if (actual !== 'unset') expect(read(name, value)).toEqual(actual);
});

describe('the limits that the documents state', () => {
  const said = [
    ...inReadme.map(({ name, meaning }) => ({ name, text: meaning })),
    ...inExample.map(({ name, comment }) => ({ name, text: comment })),
  ].filter((one): one is { name: Name; text: string } => isName(one.name));

  test.each(said.filter(({ text }) => text.includes('0: ')))('$name may be 0', ({ name, text }) => {
    // A row of two variables speaks of the number.
    if (variables[name].safeParse('true').success) return;
    expect([text, read(name, '0')]).toEqual([text, 0]);
  });

  const shortest = said.flatMap(({ name, text }) => {
    const length = /at least (\d+) characters/.exec(text)?.[1];
    return length === undefined ? [] : [{ name, length: Number(length) }];
  });
  test.each(shortest)('$name has at least $length characters', ({ name, length }) => {
    expect(read(name, '~'.repeat(length))).toBe('~'.repeat(length));
    expect(variables[name].safeParse('~'.repeat(length - 1)).success).toBe(false);
  });

  const choices = {
    PROXY_ROUTING: envSchema.shape.PROXY_ROUTING,
    LOG_LEVEL: envSchema.shape.LOG_LEVEL,
  };
  test.each(Object.entries(choices))('the choices of %s are all named', (name, schema) => {
    const { options } = schema.unwrap();
    for (const { text } of said.filter((one) => one.name === name)) {
      for (const option of options) expect(text).toContain(option);
    }
  });
});

test('the containers get the times to drain that their README states', () => {
  const { services } = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true });
  const drainOf = (service: string) => services[service].environment.DRAIN_TIMEOUT_S;
  const stated = `(gateway ${drainOf('proxy')} s, worker ${drainOf('worker')} s, api ${drainOf('api')} s)`;
  expect(readFileSync('.docker/README.md', 'utf8')).toContain(stated);
});
