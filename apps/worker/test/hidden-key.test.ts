import { getTarget, openApiKey } from '@api-monitor/db';
import { type BehaviourName, behaviours } from '@api-monitor/fake-provider';
import { expect, test } from 'vitest';
import { runTarget } from '../src/run/run-target.ts';
import { addTarget, openTestWorker, startProvider } from './open-test-worker.ts';

const names = ['gpt-4o', 'gpt-5.1', 'claude-x', 'gemini-x', 'text-embedding-3-small'];

function modelsThatEcho(): Record<string, BehaviourName> {
  const isEcho = (name: string): name is BehaviourName => name in behaviours && /echo/.test(name);
  const echoes = Object.keys(behaviours).filter(isEcho);
  return Object.fromEntries(
    echoes.flatMap((echo) => names.map((name) => [`${echo}/${name}`, echo] as const)),
  );
}

test('a key that a relay echoes is in no row, log or event', async () => {
  const worker = await openTestWorker();
  // The first answers, so that the channel isn't given up for the errors of the others.
  const models = { sane: 'good' as const, ...modelsThatEcho() };
  const provider = await startProvider(models);
  const target = await addTarget(worker, provider);
  const key = openApiKey(worker.db, target);
  // A relay may even list it.
  provider.setBehaviour(`lent/${key}`, 'good');
  const deps = worker.makeDeps();
  const endless = new AbortController().signal;
  await runTarget(deps, { targetId: target.id, trigger: 'manual' }, endless);
  const tables = ['targets', 'runs', 'run_models', 'model_states'] as const;
  const rows = await Promise.all(
    tables.map((table) => worker.db.kysely.selectFrom(table).selectAll().execute()),
  );
  expect(rows[2]).toHaveLength(Object.keys(models).length);
  expect((await getTarget(worker.db, target.id))?.last_status).toBe('degraded');
  const { lines } = await worker.readLogs();
  expect(lines).toHaveLength(Object.keys(models).length);
  for (const written of [rows, lines, deps.events])
    expect(JSON.stringify(written)).not.toContain(key);
});
