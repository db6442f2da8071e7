import { expect, test, vi } from 'vitest';
import { addDestination, channelAnswers, channelFails } from '../../test/alert-samples.ts';
import { runAlertWorker } from '../../test/alert-worker.ts';
import { openIn, tempFolder, urlIn } from '../../test/temp-database.ts';
import { listDeliveries, listIncidentEvents, readAlertState } from '../index.ts';

// Each worker is a process of its own.
vi.setConfig({ testTimeout: 120_000 });

const history = [
  { nowS: 100, found: [channelFails(1, 100)] },
  { nowS: 102, found: [channelFails(1, 102)] },
  { nowS: 400, found: [channelAnswers(1, 400)] },
  { nowS: 410, found: [channelAnswers(1, 410)] },
];
const whole = ['opened 1', 'resolved 1'];

test('a worker that is killed at any step loses no notice, and repeats none under another key', async () => {
  const dataDir = await tempFolder();
  const db = await openIn(dataDir);
  await addDestination(db);
  await db.close();
  const worker = (killAt: number) =>
    runAlertWorker({ dataDir, databaseUrl: urlIn(dataDir), history, killAt });
  const lines: string[] = [];
  // Each goes through the whole history again, and is killed one point later than the one before.
  for (let killAt = 1; lines.at(-1) !== 'done'; killAt += 1) lines.push(...(await worker(killAt)));

  const sent = new Set(lines.filter((line) => line.startsWith('sent ')));
  expect(lines.filter((line) => line.startsWith('claimed ')).length).toBeGreaterThan(sent.size);
  expect(lines.some((line) => line.startsWith('waits '))).toBe(true);
  expect([...sent].map((line) => line.replace(/^sent \S+ /, ''))).toEqual(whole);
  const after = await openIn(dataDir);
  const deliveries = (await listDeliveries(after, { limit: 99 })).reverse();
  expect(deliveries.map(({ status }) => status)).toEqual(['sent', 'sent']);
  expect((await readAlertState(after)).incidents).toEqual([]);
  expect(await listIncidentEvents(after, { incident_id: 1, limit: 99 })).toHaveLength(7);
});
