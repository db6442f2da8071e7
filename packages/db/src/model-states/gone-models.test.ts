import { expect, test } from 'vitest';
import { finding, finish, probe, runOnce, startedRun, targetInput } from '../../test/samples.ts';
import { tempDatabase } from '../../test/temp-database.ts';
import {
  createTarget,
  type FinishRunInput,
  getTarget,
  listAvailableModels,
  listKnownModels,
  listModelStates,
  recordModelProbe,
  updateTarget,
} from '../index.ts';

const day = 86_400;

/** A channel whose two models were probed at 100. */
async function withModels() {
  const db = await tempDatabase();
  await createTarget(db, targetInput(), 1);
  await runOnce(db, 1, 100, [probe(), probe({ model: 'gone' })]);
  const run = async (
    nowS: number,
    listed_models: string[] | null,
    fields: Partial<FinishRunInput> = {},
  ) => {
    const input = { listed_models, ...fields };
    await finish(db, await startedRun(db, 1, nowS), [probe({ timestamp: nowS })], input);
  };
  const shown = async () =>
    (await listModelStates(db)).map(({ model, gone_at }) => [model, gone_at]);
  return { db, run, shown };
}

test('a model that vanished from the list is shown as gone, with its history, and does not count', async () => {
  const { db, run, shown } = await withModels();
  await run(200, ['gpt-4o']);
  expect(await shown()).toEqual([
    ['gone', 205],
    ['gpt-4o', null],
  ]);
  const [gone] = await listModelStates(db, { models: ['gone'] });
  expect(JSON.parse(gone?.history ?? '[]')).toHaveLength(1);
  expect(await getTarget(db, 1)).toMatchObject({ last_status: 'healthy', last_total: 1 });
  const recheck = { probe: probe({ timestamp: 300 }), findings: [finding({ by: 'recheck' })] };
  const input = { target_id: 1, ...recheck, remembered: null, nowS: 300 };
  expect(await recordModelProbe(db, input)).toMatchObject({ target: { last_total: 1 } });
  await run(400, ['gpt-4o']);
  expect(await shown()).toContainEqual(['gone', 205]);
  expect((await listAvailableModels(db, 1)).map(({ model }) => model)).toEqual(['gpt-4o']);
});

test('a model that is listed again is back, with its history', async () => {
  const { db, run, shown } = await withModels();
  await run(200, ['gpt-4o']);
  await runOnce(db, 1, 300, [probe(), probe({ model: 'gone' })]);
  expect(await shown()).toEqual([
    ['gone', null],
    ['gpt-4o', null],
  ]);
  const [back] = await listModelStates(db, { models: ['gone'] });
  expect(JSON.parse(back?.history ?? '[]')).toHaveLength(2);
});

test('one that is listed again but not chosen is hidden', async () => {
  const { db, run, shown } = await withModels();
  await run(200, ['gpt-4o']);
  await run(300, ['gpt-4o', 'gone']);
  expect(await shown()).toEqual([['gpt-4o', null]]);
  expect((await listKnownModels(db, 1)).map(({ gone_at }) => gone_at)).toEqual([null, null]);
});

test('a model that was typed by hand is not gone, listed or not', async () => {
  const { db, run, shown } = await withModels();
  await updateTarget(db, 1, { models: ['gone'] }, 150);
  await run(200, ['gpt-4o']);
  expect(await shown()).toEqual([['gpt-4o', null]]);
});

test.each([
  ['a list that could not be read', null, {}],
  ['a run that was interrupted', ['gpt-4o'], { status: 'interrupted' as const }],
])('%s takes no model away', async (_, listed, fields) => {
  const { run, db } = await withModels();
  await run(200, listed, fields);
  expect((await listKnownModels(db, 1)).map(({ gone_at }) => gone_at)).toEqual([null, null]);
});

test('a model that is asked although it is not listed is gone all the same', async () => {
  const { run, shown } = await withModels();
  await run(200, ['other']);
  expect(await shown()).toEqual([
    ['gone', 205],
    ['gpt-4o', 205],
  ]);
});

test('after thirty days a gone model is deleted', async () => {
  const { run, shown } = await withModels();
  await run(200, ['gpt-4o']);
  await run(200 + 30 * day, ['gpt-4o']);
  expect(await shown()).toHaveLength(2);
  await run(201 + 30 * day, ['gpt-4o'], { status: 'error' });
  expect(await shown()).toEqual([['gpt-4o', null]]);
});

test('excluded models leave the lists at once, even if a run that began before finds them', async () => {
  const { db, run, shown } = await withModels();
  const started = await startedRun(db, 1, 150);
  await updateTarget(db, 1, { exclude: ['go*', 'new'] }, 160);
  expect(await shown()).toEqual([['gpt-4o', null]]);
  const probes = ['gpt-4o', 'gone', 'new'].map((model) => probe({ model, timestamp: 170 }));
  await finish(db, started, probes, { listed_models: ['gpt-4o', 'gone', 'new'] });
  await run(200, null);
  expect(await shown()).toEqual([['gpt-4o', null]]);
  const known = await listKnownModels(db, 1);
  expect(known.map(({ model, gone_at }) => [model, gone_at !== null])).toEqual([
    ['gone', true],
    ['gpt-4o', false],
    ['new', true],
  ]);
});

test('what is no longer excluded comes back with its history', async () => {
  const { db, run, shown } = await withModels();
  await updateTarget(db, 1, { exclude: ['gone'] }, 150);
  await updateTarget(db, 1, { exclude: [] }, 160);
  await run(200, ['gpt-4o', 'gone']);
  await runOnce(db, 1, 300, [probe(), probe({ model: 'gone' })]);
  expect(await shown()).toContainEqual(['gone', null]);
  const [back] = await listModelStates(db, { models: ['gone'] });
  expect(JSON.parse(back?.history ?? '[]')).toHaveLength(2);
});

test('a model that an alias stands for is not gone, listed or not', async () => {
  const { db, run } = await withModels();
  await updateTarget(db, 1, { model_aliases: ['public = gone'] }, 150);
  await run(200, ['gpt-4o']);
  expect((await listKnownModels(db, 1)).map(({ gone_at }) => gone_at)).toEqual([null, null]);
});
