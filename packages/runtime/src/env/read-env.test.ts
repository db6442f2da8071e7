import { expect, test } from 'vitest';
import { z } from 'zod';
import { EnvError } from './env-error.ts';
import { envBoolean, envInt, envParsed, readEnv } from './read-env.ts';

const schema = z.object({
  PORT: envInt({ min: 0, max: 65535, default: 8081 }),
  METRICS_PUBLIC: envBoolean(false),
});

test('unset and empty variables take their defaults', () => {
  expect(readEnv(schema, { PORT: ' ' })).toEqual({ PORT: 8081, METRICS_PUBLIC: false });
});

test('values are read as their types', () => {
  expect(readEnv(schema, { PORT: '9000', METRICS_PUBLIC: 'ON', OTHER: 'x' })).toEqual({
    PORT: 9000,
    METRICS_PUBLIC: true,
  });
});

test.each(['constructor', '__proto__', 'maybe', '2'])("%s isn't a boolean", (text) => {
  expect(() => readEnv(schema, { METRICS_PUBLIC: text })).toThrow('must be true or false');
});

test('the error names every bad variable, what is wrong and what is allowed', () => {
  const read = () => readEnv(schema, { PORT: '80a', METRICS_PUBLIC: 'maybe' });
  expect(read).toThrow(EnvError);
  expect(read).toThrow('PORT: must be a whole number from 0 to 65535, not "80a"');
  expect(read).toThrow('METRICS_PUBLIC: must be true or false, not "maybe"');
});

test('the variables of proxies may be in lower case, which takes precedence', () => {
  const text = { parse: (given: string) => given, default: '', allowed: 'anything' };
  const names = z.object({ HTTPS_PROXY: envParsed(text), OTHER_PROXY: envParsed(text) });
  const read = (env: Record<string, string>) => readEnv(names, env);
  expect(read({ HTTPS_PROXY: 'upper', https_proxy: 'lower', other_proxy: 'x' })).toEqual({
    HTTPS_PROXY: 'lower',
    OTHER_PROXY: '',
  });
  expect(read({ HTTPS_PROXY: 'upper', https_proxy: '' }).HTTPS_PROXY).toBe('upper');
});

test('what Kubernetes sets for a Service of the same name is ignored, with a line about it', () => {
  const lines: string[] = [];
  const port = z.object({ PROXY_PORT: envInt({ min: 0, max: 65_535, default: 8082 }) });
  const read = (text: string) =>
    readEnv(port, { PROXY_PORT: text }, (line) => lines.push(line)).PROXY_PORT;
  expect([read('tcp://10.96.0.7:8082'), read('8090')]).toEqual([8082, 8090]);
  expect(lines).toEqual([
    'PROXY_PORT: "tcp://10.96.0.7:8082" is ignored: Kubernetes sets it for a Service of that name',
  ]);
  expect(() => read('http://x')).toThrow('PROXY_PORT: must be');
});

test('the error about a secret doesn’t quote it', () => {
  const secret = { parse: () => null, default: '', allowed: 'an address', isSecret: true };
  const read = () => readEnv(z.object({ PROXY: envParsed(secret) }), { PROXY: 'u:word' });
  expect(read).toThrow(/^PROXY: must be an address$/);
});
