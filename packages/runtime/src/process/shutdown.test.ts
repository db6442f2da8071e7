import { expect, test } from 'vitest';
import { createLogger } from '../reports/logger.ts';
import { createShutdown } from './shutdown.ts';

const quiet = createLogger({ name: 'test', level: 'silent' });

test('what was opened last is closed first, and only once', async () => {
  const closed: string[] = [];
  const shutdown = createShutdown(quiet, 1000);
  shutdown.onClose('database', () => closed.push('database'));
  shutdown.onClose('server', async () => closed.push('server'));
  await Promise.all([shutdown.close(), shutdown.close()]);
  expect(closed).toEqual(['server', 'database']);
});

test('the other steps still run if one fails or hangs', async () => {
  const closed: string[] = [];
  const shutdown = createShutdown(quiet, 20);
  shutdown.onClose('last', () => closed.push('last'));
  shutdown.onClose('hangs', () => new Promise(() => {}));
  shutdown.onClose('fails', () => Promise.reject(new Error('no')));
  await shutdown.close();
  expect(closed).toEqual(['last']);
});
