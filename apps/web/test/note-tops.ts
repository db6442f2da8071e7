import type { Page } from 'playwright-core';

/** Notes in every frame where the first element that fits stands; answers how to read the notes, in pixels. */
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
