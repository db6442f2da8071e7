import { type FakeProvider, startFakeProvider } from '@api-monitor/fake-provider';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { accessibilityViolations } from '../accessibility-violations.ts';
import { eventually, overflowOf, patienceMs, providerKey, type Stage } from '../stage.ts';
import { visitorToken } from '../start-product.ts';

interface Keys {
  items: { name: string; allowed_models: string[] }[];
}

/** Names of models: groups, and what a key may use. */
export function describeNames(stage: Stage): void {
  let provider: FakeProvider;
  const ids: number[] = [];

  const addChannel = async (name: string, models: string[]) => {
    const { item } = (await stage.product.call('POST', '/api/targets', {
      ...{ name, models, models_mode: 'manual', tags: ['Lagoons'] },
      ...{ base_url: provider.origin, api_key: providerKey, prompt: 'Which model are you?' },
    })) as { item: { id: number } };
    ids.push(item.id);
    await stage.product.call('POST', `/api/targets/${item.id}/run`).catch(() => {});
    const isChecked = async () => {
      const { item: now } = (await stage.product.call('GET', `/api/targets/${item.id}`)) as {
        item: { running: boolean; last_run_at: number | null };
      };
      if (now.running || now.last_run_at === null) throw new Error(`${name} is not checked yet`);
    };
    await vi.waitFor(isChecked, { timeout: patienceMs, interval: 100 });
  };

  beforeAll(async () => {
    const models = { 'grok-4': 'good', 'x-ai/grok-4': 'good' } as const;
    provider = await startFakeProvider({ apiKey: providerKey, models });
    await addChannel('Blue lagoon', ['grok-4']);
    await addChannel('Green lagoon', ['x-ai/grok-4']);
  });
  afterAll(async () => {
    for (const id of ids) await stage.product.call('DELETE', `/api/targets/${id}`);
    await provider.close();
  });

  it('proposed names become one model with one click, and separate ones again', async () => {
    const page = await stage.open('/models.html?q=grok');
    const proposal = page.locator('.proposal').filter({ hasText: 'x-ai/grok-4' });
    await proposal.waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    await proposal.getByRole('button', { name: 'One model' }).click();
    const card = page.locator('.offered');
    await card.getByText('2 of 2').waitFor();
    await card.getByText('also x-ai/grok-4').waitFor();
    await proposal.waitFor({ state: 'detached' });
    await card.getByRole('button', { name: 'grok-4' }).click();
    await card.getByRole('link', { name: 'Green lagoon' }).waitFor();
    expect(await stage.product.ask('Green lagoon/grok-4')).toBe(200);
    await card.getByRole('button', { name: 'Make these names separate models' }).click();
    await eventually(() => card.count()).toBe(2);
  });

  it('a visitor sees no proposals', async () => {
    const page = await stage.open('/models.html?q=grok', { token: visitorToken });
    await page.locator('.offered').first().waitFor();
    expect(await page.locator('.proposal').count()).toBe(0);
  });

  it('a key’s models are searched and chosen by keyboard, with what each entry matches', async () => {
    const page = await stage.open('/admin.html?tab=keys', { isAdmin: true, token: null });
    await page.getByRole('button', { name: 'New key' }).first().click();
    await page.locator('#key-name').fill('grok only');
    const search = page.getByRole('combobox', { name: 'Models' });
    const options = page.getByRole('option');
    await search.fill('*grok*');
    await options.first().getByText('2 channels, 2 models').waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Remove *grok*' }).waitFor();
    await search.fill('lagoon');
    await options.filter({ hasText: 'tag:Lagoons' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Remove tag:Lagoons' }).waitFor();
    await search.fill('Blue lagoon/gr');
    await options.filter({ hasText: 'Blue lagoon/grok-4' }).click();
    // Escape closes the list and not the dialog.
    await search.fill('gr');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Edit as text' }).click();
    const text = page.locator('#key-allowed_models');
    expect(await text.inputValue()).toBe('*grok*\ntag:Lagoons\nBlue lagoon/grok-4');
    await page.getByRole('button', { name: 'Create key' }).click();
    const models = async () => {
      const { items } = (await stage.product.administer('GET', '/api/proxy/keys')) as Keys;
      return items.find(({ name }) => name === 'grok only')?.allowed_models;
    };
    await eventually(models).toEqual([...['*grok*', 'tag:Lagoons', 'Blue lagoon/grok-4']]);
  });

  it('the picker fits on a phone', async () => {
    const page = await stage.open('/admin.html?tab=keys', {
      ...{ isAdmin: true, token: null, viewport: { width: 390, height: 844 } },
      hasTouch: true,
    });
    await page.getByRole('button', { name: 'New key' }).first().tap();
    await page.locator('#entry-search').fill('grok');
    await page.getByRole('option').first().tap();
    await page.locator('.entry').waitFor();
    expect(await overflowOf(page)).toBeLessThanOrEqual(0);
  });
}
