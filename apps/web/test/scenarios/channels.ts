import { expect, it } from 'vitest';
import { cardOf, eventually, namesOn, providerKey, type Stage, toggleOf } from '../stage.ts';

const hostileModel = '<img src=x onerror=alert(1)>';

/** One story: each test goes on where the last one ended. */
export function describeChannels(stage: Stage): void {
  it('a channel is added and its bars turn green without a reload', async () => {
    const page = await stage.open('/');
    await page.getByRole('button', { name: 'Add channel' }).filter({ visible: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a channel' });
    await dialog.getByLabel('Name').fill('Aurora');
    await dialog.getByLabel('Address').fill(`${stage.provider.origin}/v1/`);
    await dialog.getByLabel('API key').fill(providerKey);
    await dialog.getByRole('button', { name: 'Add and check' }).click();
    await toggleOf(page, 'Aurora').click();
    await cardOf(page, 'Aurora').getByText('3 of 3', { exact: true }).waitFor();
    await eventually(() => page.locator('.model[data-state=ok]').count()).toBe(3);
    const bars = page.locator('.strip path.is-ok').first();
    await eventually(() => bars.getAttribute('d')).toMatch(/^M\d/);
    await page.getByRole('heading', { name: 'Every channel is healthy' }).waitFor();
  });

  it('a broken upstream turns the bar red and says why', async () => {
    const page = await stage.open('/');
    await toggleOf(page, 'Aurora').click();
    await page.locator('.model[data-state=ok]').first().waitFor();
    stage.provider.setBehaviour('gpt-4o', 'http_429');
    await page.getByRole('button', { name: 'Check Aurora now' }).click();
    const row = page.locator('.model').filter({ hasText: 'gpt-4o' });
    await row.getByText('Rate limited').waitFor();
    await row.getByText(/HTTP 429/).waitFor();
    expect(await row.locator('path.is-bad').getAttribute('d')).toMatch(/^M\d/);
    await cardOf(page, 'Aurora').getByText('2 of 3', { exact: true }).waitFor();
    await page.getByRole('heading', { name: '1 channel needs attention' }).waitFor();
    expect(await page.title()).toBe('(1) API Monitor');
  });

  it('a bar tells its check by pointer and by keys', async () => {
    const page = await stage.open('/');
    await toggleOf(page, 'Aurora').click();
    const strip = page.getByRole('slider', { name: /^History of gpt-4o:/ });
    await strip.focus();
    await page.keyboard.press('End');
    const tip = page.getByRole('tooltip');
    await tip.getByText('429').first().waitFor();
    await page.keyboard.press('ArrowLeft');
    await tip.getByText('Passed').waitFor();
    expect(await strip.getAttribute('aria-valuetext')).toMatch(/^Passed, .*Latency/);
    await strip.hover({ position: { x: ((await strip.boundingBox())?.width ?? 0) - 3, y: 10 } });
    await tip.getByText('Rate limited').waitFor();
  });

  it('names and errors from a provider are shown as text, whatever they hold', async () => {
    stage.provider.setBehaviour(hostileModel, 'good');
    const page = await stage.open('/');
    await toggleOf(page, 'Aurora').click();
    await page.getByRole('button', { name: 'Check Aurora now' }).click();
    await page.getByText(hostileModel, { exact: true }).waitFor();
    expect(await page.locator('.channel img').count()).toBe(0);
    stage.provider.removeModel(hostileModel);
  });

  it('a refusal of the api is shown at the field that it names', async () => {
    const page = await stage.open('/');
    await page.getByRole('button', { name: 'Add channel' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Add and check' }).click();
    await dialog.getByText('This is needed.').first().waitFor();
    await dialog.getByLabel('Name').fill('Aurora');
    await dialog.getByLabel('Address').fill('https://api.example.com');
    await dialog.getByLabel('API key').fill('sk-something');
    await dialog.getByLabel('Check every').fill('9999');
    await dialog.getByRole('button', { name: 'Add and check' }).click();
    await eventually(() => page.locator('#error-interval_min').textContent()).toMatch(/1440/);
    await dialog.getByLabel('Check every').fill('30');
    await dialog.getByRole('button', { name: 'Add and check' }).click();
    await eventually(() => page.locator('#error-name').textContent()).toMatch(/Aurora/);
    const focused = page.locator(':focus');
    expect(await focused.getAttribute('name')).toBe('name');
  });

  it('the order is changed by keys and by drag, and kept', async () => {
    for (const name of ['Birch', 'Cedar']) {
      const body = { name, base_url: stage.provider.origin, api_key: providerKey, enabled: false };
      await stage.product.call('POST', '/api/targets', body);
    }
    const page = await stage.open('/');
    const other = await stage.open('/');
    await eventually(() => namesOn(page)).toEqual(['Aurora', 'Birch', 'Cedar']);
    const saved = page.waitForResponse((it) => it.url().endsWith('/reorder'));
    await page.getByRole('button', { name: /^Move Cedar/ }).focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await eventually(() => namesOn(page)).toEqual(['Cedar', 'Aurora', 'Birch']);
    await page.getByText('Cedar is now at position 1 of 3').waitFor({ state: 'attached' });
    await saved;
    const savedAgain = page.waitForResponse((it) => it.url().endsWith('/reorder'));
    await cardOf(page, 'Birch').hover();
    await page.getByRole('button', { name: /^Move Birch/ }).hover();
    await page.mouse.down();
    const top = await cardOf(page, 'Cedar').boundingBox();
    let jitter = 0;
    const dragOn = async () => {
      jitter = 10 - jitter;
      await page.mouse.move((top?.x ?? 0) + 20 + jitter, (top?.y ?? 0) + 8, { steps: 4 });
      return namesOn(page);
    };
    await eventually(dragOn).toEqual(['Birch', 'Cedar', 'Aurora']);
    await page.mouse.up();
    await eventually(() => namesOn(page)).toEqual(['Birch', 'Cedar', 'Aurora']);
    await savedAgain;
    await eventually(() => namesOn(other)).toEqual(['Birch', 'Cedar', 'Aurora']);
    await page.reload();
    await eventually(() => namesOn(page)).toEqual(['Birch', 'Cedar', 'Aurora']);
  });

  it('search, filters and open cards survive a reload in the address', async () => {
    const page = await stage.open('/');
    await page.keyboard.press('/');
    await page.keyboard.type('gemini');
    await eventually(() => namesOn(page)).toEqual(['Aurora']);
    await page.getByRole('button', { name: /^Trouble/ }).click();
    await toggleOf(page, 'Aurora').click();
    await page.locator('.model').first().waitFor();
    expect(new URL(page.url()).search).toMatch(/^\?q=gemini&status=trouble&open=\d+$/);
    await page.reload();
    await eventually(() => page.locator('.model').count()).toBe(1);
    await page.getByLabel('Filter by protocol').selectOption('anthropic');
    await page.getByRole('searchbox').fill('nothing like it');
    await page.getByRole('button', { name: 'Show all channels' }).click();
    await eventually(() => namesOn(page)).toEqual(['Birch', 'Cedar', 'Aurora']);
    expect(await page.getByLabel('Filter by protocol').inputValue()).toBe('all');
  });

  it('the models to check are chosen', async () => {
    const page = await stage.open('/');
    await page.getByRole('button', { name: 'More actions for Aurora' }).click();
    await page.getByRole('menuitem', { name: 'Choose models…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Models of Aurora' });
    await dialog.getByRole('button', { name: 'None' }).click();
    await dialog.getByText('Choose at least one model, or all.').waitFor();
    expect(await dialog.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await dialog.getByRole('button', { name: 'Last healthy' }).click();
    await dialog.getByRole('checkbox', { name: 'gpt-4o' }).check();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Choice of models saved').waitFor();
    const { items } = (await stage.product.call('GET', '/api/targets')) as {
      items: { name: string; selected_models: string[] }[];
    };
    const chosen = items.find((it) => it.name === 'Aurora')?.selected_models ?? [];
    expect(chosen).toContain('gpt-4o');
  });

  it('a channel moved to another server needs its key again', async () => {
    const page = await stage.open('/');
    await page.getByRole('button', { name: 'More actions for Birch' }).click();
    await page.getByRole('menuitem', { name: 'Edit…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit Birch' });
    await dialog.getByRole('button', { name: 'Show the stored key' }).click();
    await eventually(() => dialog.getByLabel('API key').inputValue()).toBe(providerKey);
    await dialog.getByLabel('API key').fill('');
    await dialog.getByLabel('Address').fill('https://elsewhere.example.com');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText(/enter the key again/).waitFor();
  });

  it('a deleted channel comes back by undo, and goes for good without it', async () => {
    const page = await stage.open('/');
    const remove = async () => {
      await page.getByRole('button', { name: 'More actions for Cedar' }).click();
      await page.getByRole('menuitem', { name: 'Delete' }).click();
      await eventually(() => namesOn(page)).toEqual(['Birch', 'Aurora']);
    };
    await remove();
    await page.getByRole('button', { name: 'Undo' }).click();
    await eventually(() => namesOn(page)).toEqual(['Birch', 'Cedar', 'Aurora']);
    await remove();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await eventually(async () => {
      const { items } = (await stage.product.call('GET', '/api/targets')) as { items: unknown[] };
      return items.length;
    }).toBe(2);
  });

  it('a lost connection shows, and the page catches up when it is back', async () => {
    const page = await stage.open('/');
    await page.getByText('Live', { exact: true }).waitFor();
    await page.context().setOffline(true);
    await page.getByText('Offline', { exact: true }).waitFor();
    await stage.product.call('POST', '/api/targets', {
      name: 'Added meanwhile',
      base_url: stage.provider.origin,
      api_key: providerKey,
      enabled: false,
    });
    await page.context().setOffline(false);
    await page.getByText('Live', { exact: true }).waitFor();
    await eventually(() => namesOn(page)).toContain('Added meanwhile');
  });
}
