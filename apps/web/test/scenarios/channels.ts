import { expect, it } from 'vitest';
import { noteTops } from '../note-tops.ts';
import { cardOf, eventually, providerKey, type Stage, toggleOf } from '../stage.ts';

const hostileModel = '<img src=x onerror=alert(1)>';

/** Each test continues where the previous one ended. */
export function describeChannels(stage: Stage): void {
  it('a channel is added and its bars turn green without a reload', async () => {
    const page = await stage.open('/');
    await page.getByRole('button', { name: 'Add channel' }).filter({ visible: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a channel' });
    await dialog.getByLabel('Name').fill('Aurora');
    await dialog.getByLabel('Address').fill(`${stage.provider.origin}/v1/`);
    await dialog.getByLabel('API key', { exact: true }).fill(providerKey);
    await dialog.getByRole('button', { name: /^Checks / }).click();
    await dialog.getByLabel('Check every').fill('60');
    await dialog.getByText(/^Each model: 24 checks a day ≈ 24 requests/).waitFor();
    const tops = await noteTops(page, '.channel-toggle');
    await dialog.getByRole('button', { name: 'Add and check' }).click();
    await toggleOf(page, 'Aurora').click();
    await cardOf(page, 'Aurora').getByText('3 of 3', { exact: true }).waitFor();
    await eventually(() => page.locator('.model[data-state=ok]').count()).toBe(3);
    const bars = page.locator('.strip path.is-ok').first();
    await eventually(() => bars.getAttribute('d')).toMatch(/^M\d/);
    await page.getByRole('heading', { name: 'Every channel is healthy' }).waitFor();
    // The button must not move after the first frame.
    expect(new Set(await tops()).size).toBe(1);
  });

  it('several keys pasted into the field for one become a list, which a test tries', async () => {
    const page = await stage.open('/');
    await page.getByRole('button', { name: 'Add channel' }).filter({ visible: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a channel' });
    await dialog.getByLabel('Address').fill(stage.provider.origin);
    await dialog.getByLabel('API key', { exact: true }).evaluate((field, text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text', text);
      field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, cancelable: true }));
    }, `${providerKey}\nteam b: sk-second-0123456789`);
    const keys = dialog.getByRole('list', { name: 'API keys' });
    await keys.getByText('sk-se…6789').waitFor();
    expect(await keys.getByRole('listitem').count()).toBe(2);
    await dialog.getByText('Add keys').click();
    await dialog.getByLabel('Keys to add').fill('sk-third-00123456789');
    await dialog.getByRole('button', { name: 'Test', exact: true }).click();
    await dialog.getByText(/^3 models listed in /).waitFor();
    await dialog.getByText(/^\d models? × /).waitFor();
    expect(await keys.getByRole('listitem').count()).toBe(3);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  it('a card that is redrawn mid-press still opens', async () => {
    const page = await stage.open('/');
    const id = await cardOf(page, 'Aurora').getAttribute('data-id');
    await toggleOf(page, 'Aurora').hover();
    await page.mouse.down();
    const isRunning = page.locator('.channel .dot.is-running').waitFor();
    await stage.product.call('POST', `/api/targets/${id}/run`);
    await isRunning;
    await cardOf(page, 'Aurora').getByText('3 of 3', { exact: true }).waitFor();
    await page.mouse.up();
    await page.locator('.model[data-state=ok]').nth(2).waitFor();
  });

  it('a broken upstream turns the bar red and says why', async () => {
    const page = await stage.open('/');
    await toggleOf(page, 'Aurora').click();
    await page.locator('.model[data-state=ok]').first().waitFor();
    stage.provider.setBehaviour('gpt-4o', 'http_429_for_a_minute');
    await page.getByRole('button', { name: 'Check Aurora now' }).click();
    const row = page.locator('.model').filter({ hasText: 'gpt-4o' });
    await row.getByText('Rate limited').waitFor();
    await row
      .locator('.model-trouble')
      .getByText(/HTTP 429/)
      .waitFor();
    // The bars are drawn in a frame after the texts.
    await row.locator('path.is-bad[d^="M"]').waitFor({ state: 'attached' });
    await cardOf(page, 'Aurora').getByText('2 of 3', { exact: true }).waitFor();
    await page.getByRole('heading', { name: '1 channel needs attention' }).waitFor();
    expect(await page.title()).toBe('(1) API Monitor');
  });

  it('a bar shows its check by pointer and by keys', async () => {
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

  it('a refused key is mended from the card, and a check starts by itself', async () => {
    const { item } = (await stage.product.call('POST', '/api/targets', {
      ...{ name: 'Birch', base_url: stage.provider.origin, api_key: 'sk-wrong-0123456789' },
    })) as { item: { id: number } };
    await stage.product.call('POST', `/api/targets/${item.id}/run`).catch(() => {});
    const page = await stage.open('/');
    const card = cardOf(page, 'Birch');
    await card.getByRole('heading', { name: 'Key refused (401)' }).waitFor();
    await card.getByText(/HTTP 401/).waitFor();
    await card.getByRole('button', { name: 'Edit key' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit Birch' });
    await eventually(() => page.evaluate(() => document.activeElement?.id)).toBe('channel-api_key');
    await dialog.getByLabel('API key', { exact: true }).fill(providerKey);
    await dialog.getByRole('button', { name: 'Save and check' }).click();
    await page.getByText('Birch was saved and is being checked').waitFor();
    await card.getByText(/^[23] of 3$/).waitFor();
    await eventually(() => card.getByText('Key refused').count()).toBe(0);
    await stage.product.call('DELETE', `/api/targets/${item.id}`);
  });

  it('an open card lists what checks cost today, model by model', async () => {
    const page = await stage.open('/');
    await toggleOf(page, 'Aurora').click();
    const card = cardOf(page, 'Aurora');
    await card.getByText(/^Checks today: \d+ requests, \d+ tokens$/).click();
    const row = card.getByRole('row', { name: /^claude-sonnet-4-5 \d+ \d+$/ });
    await row.waitFor();
    await card.getByText(/^Checks today: /).click();
    await eventually(() => row.count()).toBe(0);
  });

  it('each wire format of a model says what proved it', async () => {
    const page = await stage.open('/');
    await toggleOf(page, 'Aurora').click();
    const row = page.locator('.model').filter({ hasText: 'claude-sonnet-4-5' });
    await row.locator('.routes summary').click();
    await row.getByText(/^Messages .*last proven by a check/).waitFor();
    await stage.product.ask('Aurora/claude-sonnet-4-5');
    await row.getByText(/^Chat proven by traffic/).waitFor();
  });

  it('names and errors from a provider are shown as text, whatever they contain', async () => {
    stage.provider.setBehaviour(hostileModel, 'good');
    const page = await stage.open('/');
    await toggleOf(page, 'Aurora').click();
    await page.getByRole('button', { name: 'Check Aurora now' }).click();
    await page.getByText(hostileModel, { exact: true }).waitFor();
    expect(await page.locator('.channel img').count()).toBe(0);
    stage.provider.removeModel(hostileModel);
  });

  it('an error of the API is shown at its field', async () => {
    const page = await stage.open('/');
    await page.getByRole('button', { name: 'Add channel' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Add and check' }).click();
    await dialog.getByText('This field is required.').first().waitFor();
    await dialog.getByLabel('Name').fill('Aurora');
    await dialog.getByLabel('Address').fill('https://api.example.com');
    await dialog.getByLabel('API key', { exact: true }).fill('sk-something');
    const checks = dialog.getByRole('button', { name: /^Checks / });
    await checks.click();
    await dialog.getByLabel('Check every').fill('9999');
    await checks.click();
    await dialog.getByRole('button', { name: 'Add and check' }).click();
    await eventually(() => page.locator('#error-channel-interval_min').textContent()).toMatch(
      /1440/,
    );
    await dialog.getByLabel('Check every').fill('30');
    await dialog.getByRole('button', { name: 'Add and check' }).click();
    await eventually(() => page.locator('#error-channel-name').textContent()).toMatch(
      /already in use/,
    );
    const focused = page.locator(':focus');
    expect(await focused.getAttribute('name')).toBe('name');
  });
}
