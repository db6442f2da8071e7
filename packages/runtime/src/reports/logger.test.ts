import { expect, test } from 'vitest';
import { createLogger } from './logger.ts';

function logged(write: (logger: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  write(createLogger({ name: 'test', level: 'info' }, { write: (line) => lines.push(line) }));
  return lines.join('');
}

test('no secret is logged, in a field, a header or a text', () => {
  const secret = 'sk-live-4f9a8b7c6d5e';
  const text = logged((logger) => {
    logger.info({
      api_key: secret,
      target: { api_key: secret },
      a: { headers: { authorization: secret } },
    });
    logger.error({ err: new Error(`GET /api/events?token=${secret}&x=1 failed`) });
    logger.warn(`sent Authorization: Bearer ${secret}`);
  });
  expect(text).not.toContain(secret);
  expect(text.match(/\[secret\]/g)?.length).toBeGreaterThanOrEqual(5);
});

test('a line break in a value cannot forge a second line', () => {
  const text = logged((logger) => logger.info({ name: 'a\n{"level":60}' }, 'added'));
  expect(text.trimEnd().split('\n')).toHaveLength(1);
});
