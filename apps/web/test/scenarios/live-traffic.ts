import { afterEach, beforeEach, expect, it } from 'vitest';
import { cardOf, eventually, providerKey, type Stage, toggleOf } from '../stage.ts';

const channel = 'Delta';
const model = 'claude-sonnet-4-5';

/** Each test has its own channel, which is deleted afterwards. */
export function describeLiveTraffic(stage: Stage): void {
  let id = 0;
  const run = () => stage.product.call('POST', `/api/targets/${id}/run`);
  const ask = () => stage.product.ask(`${channel}/${model}`);

  beforeEach(async () => {
    const { item } = (await stage.product.call('POST', '/api/targets', {
      name: channel,
      base_url: stage.provider.origin,
      api_key: providerKey,
      selected_models: [model],
    })) as { item: { id: number } };
    id = item.id;
    await run();
  });

  afterEach(async () => {
    stage.provider.setBehaviour(model, 'good');
    await stage.product.call('DELETE', `/api/targets/${id}`);
  });

  it('a model is marked within seconds when it fails live traffic, until it works again', async () => {
    const page = await stage.open(`/?open=${id}`);
    const card = cardOf(page, channel);
    await card.getByText('1 of 1', { exact: true }).waitFor();
    await eventually(ask).toBe(200);
    expect(await card.getByText(/^Live/).count()).toBe(0);

    stage.provider.setBehaviour(model, 'http_500');
    expect(await ask()).toBe(500);
    await card.getByText('Live traffic failing: 1 model').waitFor();
    const line = card.locator('.model-live');
    await line.getByText(/^Live: \d failures?$/).waitFor();
    await line.getByText('HTTP 500').waitFor();
    const last = line.getByText(/^last \d+ s ago$/);
    expect(await last.getAttribute('title')).toMatch(/\d:\d\d:\d\d/);
    await page.getByRole('button', { name: /^Trouble/ }).click();
    await toggleOf(page, channel).waitFor();

    stage.provider.setBehaviour(model, 'good');
    await run();
    await toggleOf(page, channel).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^All/ }).click();
    await card.locator('.model[data-state=ok]').waitFor();
    // The check used another wire format, so the client's own answer is what ends it.
    await eventually(ask).toBe(200);
    await eventually(() => card.getByText(/^Live/).count()).toBe(0);
  });
}
