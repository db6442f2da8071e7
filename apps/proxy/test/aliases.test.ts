import { setSettings, updateTarget } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { gatewayForTest } from './open-test-gateway.ts';
import { providerForTest } from './providers.ts';

const path = '/v1/chat/completions';
const google = { 'x-goog-api-key': 'sk-proxy-client-0123456789' };
const sonnet = 'sonnet = claude-4-5 = anthropic/claude-4.5';

/** A channel with aliases, and one that calls the same model otherwise. */
async function start(keys: Parameters<typeof gatewayForTest>[0] = {}) {
  const names = ['gpt-4o', 'claude-4-5', 'anthropic/claude-4.5', 'gpt-4'];
  const provider = await providerForTest(
    Object.fromEntries(names.map((name) => [name, 'good' as const])),
  );
  const { origin } = provider;
  const relay = {
    origin,
    models: { 'gpt-4o': {}, 'gpt-4': {}, 'claude-4-5': {} },
    fields: {
      model_aliases: ['best = gpt-4o', 'gpt-4 = gpt-4o', 'four = gpt-4'],
      tags: ['Cheap'],
    },
  };
  const router = { origin, models: { 'anthropic/claude-4.5': {} } };
  const gateway = await gatewayForTest({ channels: { relay, router }, ...keys });
  const setAliases = async (lines: string[]) => {
    await setSettings(gateway.db, { model_aliases: lines.join('\n') }, Date.now() / 1000);
    const isKnown = async () => {
      const { json } = await call(gateway.origin, '/v1/models');
      return json.data.some(({ id }: { id: string }) => id === 'sonnet');
    };
    await expect.poll(isKnown).toBe(lines.length > 0);
  };
  const ask = async (model: string, headers: Record<string, string> = {}) => {
    const answer = await call(gateway.origin, path, { body: chatTo(model), headers });
    const sent = JSON.parse(JSON.stringify(provider.requests.at(-1)?.body ?? null));
    return answer.status === 200 ? sent.model : `${answer.status} ${answer.json.error.message}`;
  };
  return { ...gateway, provider, setAliases, ask };
}

test('a channel’s alias is asked bare and after the channel, and goes up as the model’s id', async () => {
  const { ask, origin, provider, recordsAtEnd } = await start();
  expect(await ask('best')).toBe('gpt-4o');
  expect(await ask('relay/best')).toBe('gpt-4o');
  expect(await ask('gpt-4')).toBe('gpt-4o');
  const contents = [{ role: 'user', parts: [{ text: 'hi' }] }];
  const { status } = await call(origin, '/v1beta/models/relay/best:generateContent', {
    headers: google,
    body: { contents },
  });
  expect(status).toBe(200);
  expect(provider.requests.at(-1)?.url).toBe('/v1beta/models/gpt-4o:generateContent');
  const [record] = await recordsAtEnd();
  expect(record).toMatchObject({ requested_model: 'best', model: 'gpt-4o', target_name: 'relay' });
});

test('lists show aliases, and no id that one has taken', async () => {
  const { origin } = await start();
  const { json } = await call(origin, '/v1/models');
  const ids: string[] = json.data.map(({ id }: { id: string }) => id);
  expect(ids.toSorted()).toEqual(
    [
      ...['relay/gpt-4o', 'relay/best', 'relay/gpt-4', 'relay/claude-4-5', 'gpt-4o', 'best'],
      ...['relay/four', 'four'],
      ...['gpt-4', 'claude-4-5', 'router/anthropic/claude-4.5', 'anthropic/claude-4.5'],
    ].toSorted(),
  );
  const gemini = await call(origin, '/v1beta/models', { headers: google });
  expect(gemini.json.models.map(({ name }: { name: string }) => name)).toContain('models/best');
  expect((await call(origin, '/v1/models/best')).json.id).toBe('best');
});

test('an alias is followed as soon as it has changed', async () => {
  const { ask, db, targetIds } = await start();
  await updateTarget(db, targetIds.relay ?? 0, { model_aliases: ['other = claude-4-5'] }, 1);
  await expect.poll(() => ask('other')).toBe('claude-4-5');
  expect(await ask('best')).toMatch(/^404/);
  expect(await ask('gpt-4')).toBe('gpt-4');
});

test('a group of names leads to all channels, each by its own id, as soon as it is set', async () => {
  const { ask, setAliases, targetIds, db } = await start();
  expect(await ask('sonnet')).toMatch(/^404/);
  await setAliases([sonnet]);
  expect(await ask('sonnet')).toMatch(/claude/);
  expect(await ask('router/sonnet')).toBe('anthropic/claude-4.5');
  await updateTarget(db, targetIds.relay ?? 0, { enabled: false }, 1);
  await expect.poll(() => ask('claude-4-5')).toBe('anthropic/claude-4.5');
  await setAliases([]);
  expect(await ask('sonnet')).toMatch(/^404/);
});

const keyed = (name: string) => ({ authorization: `Bearer ${name}` });

test('keys allow models by patterns, bare names, tags and groups', async () => {
  const { ask, setAliases, origin } = await start({
    keys: [
      { key: 'sk-pattern', allowed_models: ['claude-*'] },
      { key: 'sk-channel', allowed_models: ['router/*'] },
      { key: 'sk-bare', allowed_models: ['claude-4-5'] },
      { key: 'sk-tag', allowed_models: ['tag:cheap'] },
      { key: 'sk-alias', allowed_models: ['relay/best'] },
    ],
  });
  await setAliases([sonnet]);
  const listed = async (key: string) => {
    const { json } = await call(origin, '/v1/models', { headers: keyed(key) });
    return json.data.map(({ id }: { id: string }) => id);
  };
  expect(await ask('sonnet', keyed('sk-pattern'))).toBe('claude-4-5');
  expect(await listed('sk-pattern')).toEqual(['relay/claude-4-5', 'claude-4-5', 'sonnet']);
  expect(await ask('sonnet', keyed('sk-channel'))).toBe('anthropic/claude-4.5');
  expect(await ask('gpt-4o', keyed('sk-channel'))).toMatch(/^403/);
  expect(await ask('anthropic/claude-4.5', keyed('sk-bare'))).toMatch(/claude/);
  expect(await ask('best', keyed('sk-tag'))).toBe('gpt-4o');
  expect(await ask('router/sonnet', keyed('sk-tag'))).toMatch(/^403/);
  // An alias allows the model behind it, by whatever name.
  expect(await ask('gpt-4o', keyed('sk-alias'))).toBe('gpt-4o');
  expect(await ask('claude-4-5', keyed('sk-alias'))).toMatch(/^403/);
});

test('names that a channel reads by itself are its ids, whatever aliases make of them', async () => {
  const { origin } = await start({ keys: [{ key: 'sk-alias', allowed_models: ['relay/best'] }] });
  const askWith = async (other: string) => {
    const body = chatTo('best', { models: [other] });
    return (await call(origin, path, { body, headers: keyed('sk-alias') })).status;
  };
  expect(await askWith('gpt-4o')).toBe(200);
  // Sent as it is, each would be another model.
  for (const other of ['gpt-4', 'best', 'claude-4-5']) expect(await askWith(other)).toBe(400);
});

test('a key for a name that an alias has taken has no right to the model that is really called that', async () => {
  const { ask } = await start({
    keys: [
      { key: 'sk-taken', allowed_models: ['relay/gpt-4'] },
      { key: 'sk-real', allowed_models: ['four'] },
    ],
  });
  for (const name of ['four', 'relay/four']) {
    expect(await ask(name, keyed('sk-taken'))).toMatch(/^40[34]/);
    expect(await ask(name, keyed('sk-real'))).toBe('gpt-4');
  }
  expect(await ask('gpt-4', keyed('sk-taken'))).toBe('gpt-4o');
  expect(await ask('gpt-4', keyed('sk-real'))).toMatch(/^40[34]/);
});
