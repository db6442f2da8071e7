import { expect, test } from 'vitest';
import { probe, runOnce, targetInput } from '../../test/samples.ts';
import { tempDatabase } from '../../test/temp-database.ts';
import {
  createSortOrders,
  createTarget,
  deleteTarget,
  findTargetByName,
  getTarget,
  inTransaction,
  listModelStates,
  listTargets,
  openApiKey,
  updateTarget,
} from '../index.ts';

test('a new target has every field, with a sealed key', async () => {
  const db = await tempDatabase();
  const input = targetInput({
    selected_models: ['a', 'b'],
    source_url: 'https://relay.example/me',
  });
  const target = await createTarget(db, input, 50);
  expect(target).toEqual({
    ...input,
    key_states: [],
    id: 1,
    api_key: target.api_key,
    sort_order: 1,
    created_at: 50,
    updated_at: 50,
    last_run_at: null,
    last_status: null,
    last_total: 0,
    last_success: 0,
    last_fail: 0,
    last_log_file: null,
    last_notes: null,
    managed_by: null,
    last_error: null,
    last_error_kind: null,
    fault: null,
  });
  expect(target.api_key).not.toContain('sk-relay');
  expect(openApiKey(db, target)).toBe('sk-relay-0123456789');
  expect(await getTarget(db, 1)).toEqual(target);
  expect(await findTargetByName(db, 'Relay')).toEqual(target);
});

test('what does not exist is null', async () => {
  const db = await tempDatabase();
  expect(await getTarget(db, 9)).toBeNull();
  expect(await findTargetByName(db, 'nobody')).toBeNull();
  expect(await updateTarget(db, 9, { enabled: false }, 60)).toBeNull();
  expect(await deleteTarget(db, 9, 1000)).toBe(false);
});

test('targets are listed in their order; a new one without an order is the last', async () => {
  const db = await tempDatabase();
  await createTarget(db, targetInput({ name: 'b', sort_order: 7 }), 1);
  await createTarget(db, targetInput({ name: 'a', sort_order: 3 }), 1);
  await createTarget(db, targetInput({ name: 'c' }), 1);
  const listed = await listTargets(db);
  expect(listed.map((target) => [target.name, target.sort_order])).toEqual([
    ['a', 3],
    ['b', 7],
    ['c', 8],
  ]);
});

test('if the last target has the largest order, all are numbered again', async () => {
  const db = await tempDatabase();
  await createTarget(db, targetInput({ name: 'last', sort_order: 1_000_000 }), 1);
  await createTarget(db, targetInput({ name: 'first', sort_order: 7 }), 1);
  expect((await createTarget(db, targetInput({ name: 'new' }), 1)).sort_order).toBe(3);
  expect((await listTargets(db)).map(({ name, sort_order }) => [name, sort_order])).toEqual([
    ['first', 1],
    ['last', 2],
    ['new', 3],
  ]);
});

test('a taken name is a conflict that names the field, for a new target and for a change', async () => {
  const db = await tempDatabase();
  await createTarget(db, targetInput({ name: 'a' }), 1);
  const other = await createTarget(db, targetInput({ name: 'b' }), 1);
  const conflict = { code: 'conflict', message: expect.stringMatching(/^name: /) };
  await expect(createTarget(db, targetInput({ name: 'a' }), 1)).rejects.toMatchObject(conflict);
  await expect(updateTarget(db, other.id, { name: 'a' }, 1)).rejects.toMatchObject(conflict);
  expect(await updateTarget(db, other.id, { name: 'b', max_models: 4 }, 2)).toMatchObject({
    name: 'b',
    max_models: 4,
  });
  expect(await listTargets(db)).toHaveLength(2);
});

test('a patch changes what it names and nothing else', async () => {
  const db = await tempDatabase();
  const before = await createTarget(db, targetInput(), 50);
  const patch = { enabled: false, verify_ssl: false, selected_models: ['x'], interval_min: 5 };
  expect(await updateTarget(db, before.id, patch, 60)).toEqual({
    ...before,
    ...patch,
    updated_at: 60,
  });
});

test('an empty patch changes only the time of the last change', async () => {
  const db = await tempDatabase();
  const before = await createTarget(db, targetInput(), 50);
  expect(await updateTarget(db, before.id, {}, 60)).toEqual({ ...before, updated_at: 60 });
});

test('a patch seals a new key, sets a switch, and can remove the source link', async () => {
  const db = await tempDatabase();
  const { id } = await createTarget(db, targetInput({ source_url: 'https://x.example' }), 50);
  const patch = { api_key: 'sk-new', visitor_channel_actions_enabled: true, source_url: null };
  const changed = await updateTarget(db, id, patch, 60);
  expect(changed).toMatchObject({ visitor_channel_actions_enabled: true, source_url: null });
  expect(changed?.api_key).toMatch(/^v1:/);
  expect(changed && openApiKey(db, changed)).toBe('sk-new');
});

test('deleting a target deletes its runs, rows and states, and nobody else’s', async () => {
  const db = await tempDatabase();
  const first = await createTarget(db, targetInput({ name: 'a' }), 1);
  const second = await createTarget(db, targetInput({ name: 'b' }), 1);
  await runOnce(db, first.id, 10, [probe()]);
  await runOnce(db, second.id, 10, [probe()]);
  expect(await deleteTarget(db, first.id, 1000)).toBe(true);
  expect((await listTargets(db)).map((target) => target.id)).toEqual([second.id]);
  expect((await listModelStates(db)).map((state) => state.target_id)).toEqual([second.id]);
  for (const table of ['runs', 'run_models'] as const) {
    const rows = await db.kysely.selectFrom(table).select('target_id').execute();
    expect(rows).toEqual([{ target_id: second.id }]);
  }
});

test('the number of a deleted target is never used again', async () => {
  const db = await tempDatabase();
  const first = await createTarget(db, targetInput(), 1);
  await deleteTarget(db, first.id, 1000);
  expect((await createTarget(db, targetInput(), 1)).id).toBe(first.id + 1);
});

test('queries join an open transaction and are rolled back with it', async () => {
  const db = await tempDatabase();
  const work = inTransaction(db, async (tx) => {
    await createTarget(tx, targetInput(), 1);
    expect(await listTargets(tx)).toHaveLength(1);
    throw new Error('changed my mind');
  });
  await expect(work).rejects.toThrow('changed my mind');
  expect(await listTargets(db)).toEqual([]);
});

test('the orders of many new channels follow the stored ones and those written meanwhile', async () => {
  const db = await tempDatabase();
  await createTarget(db, targetInput({ name: 'a', sort_order: 7 }), 1);
  const given = await inTransaction(db, async (tx) => {
    const orders = createSortOrders(tx);
    const add = async (name: string, asked?: number) => {
      const sort_order = asked ?? (await orders.next());
      await createTarget(tx, targetInput({ name, sort_order }), 1);
      orders.note(sort_order);
    };
    for (const name of ['b', 'c']) await add(name);
    await add('d', 40);
    await add('e');
    await add('f', 1_000_000);
    for (const name of ['g', 'h']) await add(name);
    return (await listTargets(tx)).map(({ name, sort_order }) => [name, sort_order]);
  });
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  expect(given).toEqual(names.map((name, i) => [name, i + 1]));
});
