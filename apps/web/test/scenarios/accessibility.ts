import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { type Stage, toggleOf } from '../stage.ts';

const require = createRequire(import.meta.url);
const axePath = require.resolve('axe-core/axe.min.js');

/** What axe finds against WCAG 2.2 A and AA, as one line a finding. https://www.deque.com/axe/ */
async function faultsOn(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(axePath, 'utf8'));
  return page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { axe } = window as unknown as { axe: typeof import('axe-core') };
    const { violations } = await axe.run(document, { runOnly: { type: 'tag', values: tags } });
    return violations.flatMap((it) =>
      it.nodes.map((node) => `${it.id} (${it.impact}): ${node.target.join(' ')}`),
    );
  });
}

export function describeAccessibility(stage: Stage): void {
  describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
    const options = { colorScheme, reducedMotion: 'reduce' as const };

    it('the home page has no fault that axe can find', async () => {
      const page = await stage.open('/', options);
      await toggleOf(page, 'Aurora').click();
      await page.locator('.model').first().waitFor();
      expect(await faultsOn(page)).toEqual([]);
    });

    it('nor have its dialogs and its menu', async () => {
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

    it('nor has the API page', async () => {
      const page = await stage.open('/docs/api#post-api-targets', options);
      await page.locator('.call[open]').waitFor();
      expect(await faultsOn(page)).toEqual([]);
    });
  });

  it('a card opens, and its menu is walked, by keys alone', async () => {
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
