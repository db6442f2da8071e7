import { expect, it } from 'vitest';
import { cardOf, eventually, namesOn, providerKey, type Stage, toggleOf } from '../stage.ts';
import { touchDown } from '../touch-drag.ts';

/** Continues after the scenario of the channels, with only Aurora, and one of its models failing. */
export function describeArranging(stage: Stage): void {
  it('the order is changed by keys and by dragging, and saved', async () => {
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

  it('a card out of sight is drawn when the focus brings it near', async () => {
    const { product } = stage;
    const page = await stage.open('/', { viewport: { width: 1280, height: 100 } });
    const other = await stage.open('/');
    await eventually(() => namesOn(page)).toEqual(['Birch', 'Cedar', 'Aurora']);
    for (const one of [page, other]) {
      await one.getByText('Live', { exact: true }).waitFor({ state: 'attached' });
    }
    const { items } = (await product.call('GET', '/api/targets?history=0')) as {
      items: { id: number; name: string }[];
    };
    const cedar = `/api/targets/${items.find(({ name }) => name === 'Cedar')?.id}`;
    await product.call('PATCH', cedar, { name: 'Cypress' });
    await eventually(() => namesOn(other)).toEqual(['Birch', 'Cypress', 'Aurora']);
    expect(await namesOn(page)).toEqual(['Birch', 'Cedar', 'Aurora']);
    await toggleOf(page, 'Cedar').focus();
    await eventually(() => namesOn(page)).toEqual(['Birch', 'Cypress', 'Aurora']);
    await product.call('PATCH', cedar, { name: 'Cedar' });
    await eventually(() => namesOn(page)).toEqual(['Birch', 'Cedar', 'Aurora']);
  });

  it('a finger drags a card by its handle, and scrolls the page anywhere else', async () => {
    const before = (await stage.product.call('GET', '/api/targets?history=0')) as {
      items: { id: number }[];
    };
    const viewport = { width: 390, height: 844 };
    const page = await stage.open('/', { hasTouch: true, isMobile: true, viewport });
    await eventually(() => namesOn(page)).toEqual(['Birch', 'Cedar', 'Aurora']);
    const saved = page.waitForResponse((it) => it.url().endsWith('/reorder'));
    const handle = page.getByRole('button', { name: /^Move Cedar/ });
    const grip = await handle.boundingBox();
    expect(grip?.width).toBeGreaterThanOrEqual(24);
    const middle = { x: (grip?.x ?? 0) + (grip?.width ?? 0) / 2, y: (grip?.y ?? 0) + 8 };
    const top = await cardOf(page, 'Birch').boundingBox();
    const scrolled = await page.evaluate(() => scrollY);
    const finger = await touchDown(page, middle);
    let jitter = 0;
    const dragOn = async () => {
      jitter = 6 - jitter;
      await finger.moveTo({ x: middle.x + jitter, y: (top?.y ?? 0) + 10 + jitter });
      // The dragged card is a copy that comes after those in the list.
      return (await namesOn(page)).slice(0, 3);
    };
    await eventually(dragOn).toEqual(['Cedar', 'Birch', 'Aurora']);
    await finger.lift();
    await saved;
    expect(await page.evaluate(() => scrollY)).toBe(scrolled);
    const elsewhere = await touchDown(page, { x: 200, y: 700 });
    for (let y = 680; y > 100; y -= 40) await elsewhere.moveTo({ x: 200, y });
    await elsewhere.lift();
    await eventually(() => page.evaluate(() => scrollY)).toBeGreaterThan(scrolled);
    expect(await namesOn(page)).toEqual(['Cedar', 'Birch', 'Aurora']);
    const ids = before.items.map(({ id }) => id);
    await stage.product.call('POST', '/api/targets/reorder', { ids });
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
    await page.getByText('Models saved').waitFor();
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
    await eventually(() => dialog.getByLabel('API key', { exact: true }).inputValue()).toBe(
      providerKey,
    );
    await dialog.getByLabel('API key', { exact: true }).fill('');
    await dialog.getByLabel('Address').fill('https://elsewhere.example.com');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText(/Enter the key again/).waitFor();
  });

  it('a channel is paused and resumed, and checking all leaves paused ones alone', async () => {
    const page = await stage.open('/');
    const choose = async (name: string) => {
      await page.getByRole('button', { name: 'More actions for Aurora' }).click();
      await page.getByRole('menuitem', { name }).click();
    };
    await choose('Pause checks');
    await page.getByText('Aurora was paused').waitFor();
    await cardOf(page, 'Aurora').getByText('paused', { exact: true }).waitFor();
    await choose('Resume checks');
    await page.getByText('Aurora was resumed').waitFor();
    const before = stage.provider.received();
    await page.getByRole('button', { name: 'Check all' }).click();
    await page.getByText('Checking 1 channel', { exact: true }).waitFor();
    await eventually(() => stage.provider.received()).toBeGreaterThan(before);
  });

  it('undo brings a deleted channel back; without it, the channel is gone for good', async () => {
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
