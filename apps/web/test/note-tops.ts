import type { Page } from 'playwright-core';

/** Records in every frame how far from the top the first matching element is; returns how to read that, in pixels. */
export async function noteTops(page: Page, selector: string): Promise<() => Promise<number[]>> {
  const notes = await page.evaluateHandle((wanted) => {
    const tops: number[] = [];
    const look = () => {
      const top = document.querySelector(wanted)?.getBoundingClientRect().top;
      if (top !== undefined) tops.push(Math.round(top));
      requestAnimationFrame(look);
    };
    look();
    return tops;
  }, selector);
  return () => notes.jsonValue();
}
