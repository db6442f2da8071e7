import type { MonitorEvent } from '@api-monitor/core';
import { listAudit, updateTarget } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { newTarget, openTestApi } from './open-test-api.ts';
import { probe, recordRun } from './record-run.ts';

const path = '/api/model-groups';

/** Channels with these models, all of them alive. */
async function withModels(models: Record<string, string[]>) {
  const api = await openTestApi();
  for (const [name, names] of Object.entries(models)) {
    const { id } = (await api.asAdmin('POST', '/api/targets', { ...newTarget, name })).json.item;
    const probes = names.map((model) => probe({ model, timestamp: api.clock.now }));
    await recordRun(api.db, id, api.clock.now, probes);
  }
  return api;
}

const sonnet = { name: 'claude-sonnet-4-5', ids: ['anthropic/claude-sonnet-4.5'] };
const channels = {
  direct: ['claude-sonnet-4-5', 'gpt-4o'],
  router: ['anthropic/claude-sonnet-4.5', 'openai/gpt-4o', 'gpt-4o:free'],
};

test('names that look like one model are proposed, and accepted with one call', async () => {
  const { asAdmin, asVisitor, db, bus } = await withModels(channels);
  const events: MonitorEvent[] = [];
  bus.events.subscribe(({ event }) => events.push(event));
  const { json } = await asVisitor('GET', path);
  expect(json).toEqual({
    items: [],
    proposals: [
      { key: expect.any(String), ...sonnet },
      { key: expect.any(String), name: 'gpt-4o', ids: ['openai/gpt-4o'] },
    ],
    dismissed: 0,
    can_change: false,
  });
  const accepted = (await asAdmin('POST', path, sonnet)).json;
  expect(accepted).toMatchObject({ items: [sonnet], proposals: [{ name: 'gpt-4o' }] });
  expect(events).toContainEqual({ type: 'settings_changed', data: { keys: ['model_aliases'] } });
  expect(await listAudit(db, { limit: 1 })).toMatchObject([
    {
      ...{ actor: 'api_token', action: 'settings.changed' },
      changes: [{ field: 'model_aliases', old: '[]' }],
    },
  ]);
});

test('a dismissed proposal is not made again', async () => {
  const { asAdmin } = await withModels(channels);
  const { key } = (await asAdmin('GET', path)).json.proposals[1];
  const { json } = await asAdmin('POST', `${path}/dismiss`, { key });
  expect(json).toMatchObject({ proposals: [{ name: sonnet.name }], dismissed: 1 });
});

test('more names join a group, two groups are never joined, and a group can be removed', async () => {
  const { asAdmin } = await withModels(channels);
  await asAdmin('POST', path, sonnet);
  const more = { name: 'claude-4.5-sonnet', ids: ['anthropic/claude-sonnet-4.5'] };
  const joined = { name: sonnet.name, ids: [...sonnet.ids, 'claude-4.5-sonnet'] };
  expect((await asAdmin('POST', path, more)).json.items).toEqual([joined]);
  await asAdmin('POST', path, { name: 'a', ids: ['b'] });
  const both = await asAdmin('POST', path, { name: 'a', ids: [sonnet.name] });
  expect([both.status, both.json.fields]).toEqual([409, { name: { code: 'taken' } }]);
  const wrong = await asAdmin('POST', path, { name: 'x', ids: ['x'] });
  expect([wrong.status, wrong.json.fields]).toEqual([400, { ids: { code: 'wrong_aliases' } }]);
  const { json } = await asAdmin('DELETE', `${path}?name=${encodeURIComponent(more.name)}`);
  expect(json.items).toEqual([{ name: 'a', ids: ['b'] }]);
  expect((await asAdmin('DELETE', `${path}?name=nobody`)).status).toBe(404);
});

test('a group is one model in the list, with the channels of all its names', async () => {
  const { asAdmin } = await withModels(channels);
  await asAdmin('POST', path, sonnet);
  const { items } = (await asAdmin('GET', '/api/models')).json;
  const names = items.map(({ model }: { model: string }) => model);
  expect(names).toEqual(['claude-sonnet-4-5', 'gpt-4o', 'gpt-4o:free', 'openai/gpt-4o']);
  expect(items[0]).toMatchObject({
    names: sonnet.ids,
    served_by: 'all',
    shared_by: 2,
    channels: [
      { target_name: 'direct', model: 'claude-sonnet-4-5' },
      { target_name: 'router', model: 'anthropic/claude-sonnet-4.5' },
    ],
  });
  expect(items[1]).toMatchObject({ names: [] });
});

test('routes are explained as the gateway reads names: by aliases and groups, each under its own id', async () => {
  const { asAdmin, db } = await withModels(channels);
  await asAdmin('POST', path, sonnet);
  await updateTarget(db, 1, { model_aliases: ['best = gpt-4o', 'claude-sonnet-4-5 = gpt-4o'] }, 1);
  const explain = async (model: string) =>
    (await asAdmin('GET', `/api/routes?model=${encodeURIComponent(model)}`)).json;
  const places = async (model: string) => {
    const { kind, candidates } = await explain(model);
    const of = (one: { target_name: string; model: string }) => `${one.target_name}: ${one.model}`;
    return [kind, ...candidates.map(of)];
  };
  expect(await places('best')).toEqual(['bare', 'direct: gpt-4o']);
  expect(await places('direct/best')).toEqual(['pinned', 'direct: gpt-4o']);
  expect(await places('anthropic/claude-sonnet-4.5')).toEqual([
    'bare',
    ...['direct: gpt-4o', 'router: anthropic/claude-sonnet-4.5'],
  ]);
  expect(await places('router/claude-sonnet-4-5')).toEqual([
    'pinned',
    'router: anthropic/claude-sonnet-4.5',
  ]);
  expect((await explain('nothing')).reason_code).toBe('no_such_offer');
  const models = (await asAdmin('GET', '/api/models')).json.items;
  expect(models.map(({ model }: { model: string }) => model)).toEqual([
    ...['best', 'claude-sonnet-4-5', 'gpt-4o', 'gpt-4o:free', 'openai/gpt-4o'],
  ]);
});

test('what a key may name comes as channels, models and tags', async () => {
  const { asSession, db } = await withModels(channels);
  await updateTarget(db, 2, { tags: ['Cheap'], model_aliases: ['x = gpt-4o:free'] }, 1);
  const { json } = await asSession('GET', '/api/proxy/names');
  expect(json).toEqual({
    models: [...channels.direct, ...channels.router.toSorted()].filter(
      (name, at, all) => all.indexOf(name) === at,
    ),
    channels: [
      { ...{ id: 1, name: 'direct', enabled: true, tags: [], model_aliases: [] }, models: [0, 1] },
      {
        ...{ id: 2, name: 'router', enabled: true, tags: ['Cheap'] },
        ...{ model_aliases: ['x = gpt-4o:free'], models: [2, 3, 4] },
      },
    ],
    model_aliases: [],
  });
});
