import { type FakeProvider, startFakeProvider } from '@api-monitor/fake-provider';
import { afterAll, beforeAll, vi } from 'vitest';
import { patienceMs, providerKey, type Stage } from './stage.ts';

/** A model whose name is markup, and so is its answer, which quotes the name. */
export const hostileModel = '<img src=x onerror=alert(1)>';

export interface Harbour {
  /** The channel "Harbour": a healthy model, a rate-limited one, and one with a hostile name. */
  id: number;
  /** The channel "Inlet", which offers the healthy model too. */
  inletId: number;
  provider: FakeProvider;
  /** Adds a channel and waits until it is checked; the caller deletes it. */
  addChannel(name: string, fields: object): Promise<number>;
}

/** Two channels for the tests of a `describe`, checked once and deleted at the end. */
export function withHarbour(stage: Stage): Harbour {
  const addChannel = async (name: string, fields: object): Promise<number> => {
    const { item } = (await stage.product.call('POST', '/api/targets', {
      name,
      api_key: providerKey,
      interval_min: 1440,
      // Otherwise the answer is checked, and the fake models answer wrong.
      prompt: 'Which model are you?',
      ...fields,
    })) as { item: { id: number } };
    await stage.product.call('POST', `/api/targets/${item.id}/run`).catch(() => {});
    await vi.waitFor(() => assertChecked(item.id), { timeout: patienceMs, interval: 100 });
    return item.id;
  };

  const assertChecked = async (id: number) => {
    const { item } = (await stage.product.call('GET', `/api/targets/${id}`)) as {
      item: { running: boolean; last_run_at: number | null };
    };
    if (item.running || item.last_run_at === null)
      throw new Error(`Channel ${id} has not been checked yet`);
  };

  const harbour = { addChannel } as Harbour;

  beforeAll(async () => {
    harbour.provider = await startFakeProvider({
      apiKey: providerKey,
      models: {
        'gpt-4o': 'good',
        'claude-haiku-4-5': 'http_429_for_a_minute',
        [hostileModel]: 'good',
      },
    });
    harbour.id = await addChannel('Harbour', { base_url: harbour.provider.origin });
    const { origin } = stage.provider;
    harbour.inletId = await addChannel('Inlet', { base_url: origin, selected_models: ['gpt-4o'] });
  });

  afterAll(async () => {
    for (const id of [harbour.id, harbour.inletId]) {
      await stage.product.call('DELETE', `/api/targets/${id}`);
    }
    await harbour.provider.close();
  });

  return harbour;
}
