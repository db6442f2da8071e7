import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { RunOnly } from 'axe-core';
import type { Page } from 'playwright-core';

const require = createRequire(import.meta.url);
const axePath = require.resolve('axe-core/axe.min.js');

const all: RunOnly = {
  type: 'tag',
  values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
};
/** The themes have the same elements and differ in their colours. */
const ofColours: RunOnly = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] };

/**
 * The violations of WCAG 2.2 A and AA that axe finds in the light theme, and those of colours in the dark one,
 * a line each. Leaves the page in the dark theme. https://www.deque.com/axe/
 */
export async function violationsInBothThemes(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
    const lines = await accessibilityViolations(page, colorScheme === 'light' ? all : ofColours);
    found.push(...lines.map((line) => `${colorScheme}: ${line}`));
  }
  return found;
}

/** The violations of WCAG 2.2 A and AA that axe finds, one line each. */
export async function accessibilityViolations(page: Page, runOnly = all): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) {
    await page.evaluate(await readFile(axePath, 'utf8'));
  }
  return page.evaluate(
    async (options) => {
      // A theme's transitions begin with the next frame.
      await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
      // Colours midway through a transition don't count, so transitions end first; endless animations go on.
      const ends = document
        .getAnimations()
        .filter(({ effect }) => Number.isFinite(effect?.getComputedTiming().endTime))
        .map(({ finished }) => finished.catch(() => {}));
      await Promise.all(ends);
      const { axe } = window as unknown as { axe: typeof import('axe-core') };
      const { violations } = await axe.run(document, options);
      return violations.flatMap((it) =>
        it.nodes.map((node) => `${it.id} (${it.impact}): ${node.target.join(' ')}`),
      );
    },
    { runOnly },
  );
}
