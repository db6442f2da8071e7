import { expect, it } from 'vitest';
import { cardOf, eventually, namesOn, providerKey, type Stage } from '../stage.ts';

/** Leaves the channels as they were. */
export function describeSelecting(stage: Stage): void {
  const add = async (name: string, more: object = {}) => {
    const body = { name, base_url: stage.provider.origin, api_key: providerKey, enabled: false };
    await stage.product.call('POST', '/api/targets', { ...body, ...more });
  };

  it('channels are selected by pointer and keys, tagged, found by the tag, and deleted', async () => {
    await add('Sel one', { tags: ['cheap'] });
    await add('Sel two');
    await add('Sel three');
    const page = await stage.open('/?q=Sel');
    await eventually(() => namesOn(page)).toEqual(['Sel one', 'Sel two', 'Sel three']);
    await page.getByRole('button', { name: 'Select', exact: true }).click();
    const bar = page.getByRole('toolbar', { name: 'Selected channels' });
    await page.getByRole('checkbox', { name: 'Select Sel one' }).focus();
    await page.keyboard.press('Space');
    const boxOfThree = page.locator('.select-box').nth(2);
    await boxOfThree.click({ modifiers: ['Shift'] });
    await bar.getByText('3 selected').waitFor();
    await page.getByRole('checkbox', { name: 'Select Sel two' }).uncheck();
    await bar.getByText('2 selected').waitFor();
    await bar.getByRole('button', { name: 'Tag…', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Add tags to 2 channels' });
    await dialog.getByLabel('Tags').fill('Night, CHEAP');
    await page.keyboard.press('Enter');
    await page.getByText('2 channels changed.').waitFor();
    await cardOf(page, 'Sel three').getByRole('button', { name: 'Night' }).click();
    await eventually(() => namesOn(page)).toEqual(['Sel one', 'Sel three']);
    expect(new URL(page.url()).searchParams.get('tag')).toBe('Night');
    await page.getByLabel('Filter by tag').selectOption('');
    await eventually(() => namesOn(page)).toEqual(['Sel one', 'Sel two', 'Sel three']);
    await bar.getByRole('button', { name: 'All shown' }).click();
    await bar.getByRole('button', { name: 'Resume' }).click();
    await page.getByText('3 channels changed.').waitFor();
    await bar.getByRole('button', { name: 'Delete' }).click();
    await eventually(() => namesOn(page)).toEqual([]);
    await page.getByRole('button', { name: 'Undo' }).click();
    await eventually(() => namesOn(page)).toEqual(['Sel one', 'Sel two', 'Sel three']);
    await bar.getByRole('button', { name: 'All shown' }).click();
    const deleted = page.waitForResponse((it) => it.url().endsWith('/bulk'));
    await bar.getByRole('button', { name: 'Delete' }).click();
    const toast = page.locator('.toast').filter({ hasText: '3 channels deleted' });
    await toast.getByRole('button', { name: 'Dismiss' }).click();
    await deleted;
  });

  it('a channel is tried before it is saved, and a wrong key is said at once', async () => {
    const page = await stage.open('/');
    await page.getByRole('button', { name: 'Add channel' }).filter({ visible: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a channel' });
    const test = dialog.getByRole('button', { name: 'Test', exact: true });
    await test.click();
    await dialog.getByText('This field is required.').first().waitFor();
    await dialog.getByLabel('Address').fill(stage.provider.origin);
    await dialog.getByLabel('API key', { exact: true }).fill('sk-wrong-0123456789');
    await test.click();
    await dialog.getByText(/^No list of models: Key refused \(401\)/).waitFor();
    await dialog.getByLabel('API key', { exact: true }).fill(providerKey);
    await test.click();
    await dialog.getByText(/^\d+ models listed in \d+ ms, as OpenAI does it/).waitFor();
    await dialog.getByText(/ answered in \d+ ms/).waitFor();
    await dialog.getByText(/^\d models? × 48 checks a day/).waitFor();
    await dialog.getByRole('button', { name: 'Cancel', exact: true }).click();
    const { items } = (await stage.product.call('GET', '/api/targets?history=0')) as {
      items: { base_url: string; name: string }[];
    };
    expect(items.filter(({ name }) => name === '')).toEqual([]);
  });
}
