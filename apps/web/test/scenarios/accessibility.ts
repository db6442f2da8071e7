import { expect, it } from 'vitest';
import { violationsInBothThemes } from '../accessibility-violations.ts';
import { eventually, type Stage, toggleOf } from '../stage.ts';

export function describeAccessibility(stage: Stage): void {
  it('axe finds no violations on the home page', async () => {
    const page = await stage.open('/');
    await toggleOf(page, 'Aurora').click();
    await page.locator('.model').first().waitFor();
    expect(await violationsInBothThemes(page)).toEqual([]);
  });

  it('axe finds no violations in its dialogs and its menu', async () => {
    const page = await stage.open('/');
    await page.getByRole('button', { name: 'Add channel' }).click();
    for (const head of await page.locator('dialog[open] .form-fold-head').all()) await head.click();
    expect(await violationsInBothThemes(page)).toEqual([]);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'More actions for Aurora' }).click();
    expect(await violationsInBothThemes(page)).toEqual([]);
    await page.getByRole('menuitem', { name: 'Choose models…' }).click();
    await page.getByRole('checkbox').first().waitFor();
    expect(await violationsInBothThemes(page)).toEqual([]);
  });

  it('axe finds no violations in the guide to the gateway', async () => {
    const page = await stage.open('/docs/proxy#claude-code');
    await page.locator('.call[open] .code').first().waitFor();
    expect(await violationsInBothThemes(page)).toEqual([]);
  });

  it('axe finds no violations on the API page', async () => {
    const page = await stage.open('/docs/api#post-api-targets');
    await page.locator('.call[open]').waitFor();
    // A few calls are as good as hundreds, which take seconds to look at.
    await page.getByRole('searchbox').fill('/api/targets');
    await eventually(() => page.locator('.call').count()).toBeLessThan(40);
    expect(await page.locator('.call[open]').count()).toBe(1);
    expect(await violationsInBothThemes(page)).toEqual([]);
  });

  it('a card and its menu work with the keyboard alone', async () => {
    const page = await stage.open('/');
    await toggleOf(page, 'Aurora').focus();
    await page.keyboard.press('Enter');
    await page.locator('.model').first().waitFor();
    await page.getByRole('button', { name: 'More actions for Aurora' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    expect(await page.locator(':focus').textContent()).toContain('Choose models…');
    await page.keyboard.press('Escape');
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe('More actions for Aurora');
  });
}
