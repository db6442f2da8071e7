import { expect, test } from 'vitest';
import {
  failedProbe,
  finish,
  probe,
  runOnce,
  startedRun,
  targetInput,
} from '../../test/samples.ts';
import { tempDatabase } from '../../test/temp-database.ts';
import { countTargets, createTarget } from '../index.ts';

test('without targets all counts are 0', async () => {
  expect(await countTargets(await tempDatabase())).toEqual({
    total_targets: 0,
    enabled_targets: 0,
    running_targets: 0,
    healthy: 0,
    degraded: 0,
    down_or_error: 0,
  });
});

test('each target is counted by the status of its last run', async () => {
  const db = await tempDatabase();
  for (const name of ['healthy', 'degraded', 'down', 'error', 'no models', 'new']) {
    await createTarget(db, targetInput({ name, enabled: name !== 'new' }), 1);
  }
  await runOnce(db, 1, 10, [probe()]);
  await runOnce(db, 2, 10, [probe(), failedProbe({ model: 'b' })]);
  await runOnce(db, 3, 10, [failedProbe()]);
  await finish(db, await startedRun(db, 4, 10), [], { status: 'error', error: 'HTTP 401' });
  await runOnce(db, 5, 10, []);
  await startedRun(db, 1, 20);
  expect(await countTargets(db)).toEqual({
    total_targets: 6,
    enabled_targets: 5,
    running_targets: 1,
    healthy: 1,
    degraded: 1,
    down_or_error: 2,
  });
});
