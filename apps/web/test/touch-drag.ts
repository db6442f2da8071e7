import type { Page } from 'playwright-core';

interface Point {
  x: number;
  y: number;
}

/** Puts a finger on the page, as the browser sees one; `moveTo` moves it and `lift` takes it off. */
export async function touchDown(page: Page, start: Point) {
  const session = await page.context().newCDPSession(page);
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: Point[]) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints });
  await send('touchStart', [start]);
  return {
    moveTo: (point: Point) => send('touchMove', [point]),
    lift: () => send('touchEnd', []),
  };
}
