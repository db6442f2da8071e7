import { describe, expect, it } from 'vitest';
import { faultsOn } from '../faults-on.ts';
import { type Stage, toggleOf } from '../stage.ts';

export function describeAccessibility(stage: Stage): void {
  describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
    const options = { colorScheme, reducedMotion: 'reduce' as const };

    it('axe finds no fault on the home page', async () => {
      const page = await stage.open('/', options);
      await toggleOf(page, 'Aurora').click();
      await page.locator('.model').first().waitFor();
      expect(await faultsOn(page)).toEqual([]);
    });

    it('axe finds no fault in its dialogs and its menu', async () => {
      const page = await stage.open('/', options);
      await page.getByRole('button', { name: 'Add channel' }).click();
      await page.getByRole('button', { name: 'Advanced' }).click();
      expect(await faultsOn(page)).toEqual([]);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('button', { name: 'More actions for Aurora' }).click();
      expect(await faultsOn(page)).toEqual([]);
      await page.getByRole('menuitem', { name: 'Choose models…' }).click();
      await page.getByRole('checkbox').first().waitFor();
      expect(await faultsOn(page)).toEqual([]);
    });

    it('axe finds no fault in the guide to the gateway', async () => {
      const page = await stage.open('/docs/proxy#claude-code', options);
      await page.locator('.call[open] .code').first().waitFor();
      expect(await faultsOn(page)).toEqual([]);
    });

    it('axe finds no fault on the API page', async () => {
      const page = await stage.open('/docs/api#post-api-targets', options);
      await page.locator('.call[open]').waitFor();
      expect(await faultsOn(page)).toEqual([]);
    });
  });

  it('the keyboard alone opens a card and walks through its menu', async () => {
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
