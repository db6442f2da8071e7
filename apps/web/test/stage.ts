import type { FakeProvider } from '@api-monitor/fake-provider';
import type { BrowserContext, BrowserContextOptions, Page, Request } from 'playwright-core';
import { expect } from 'vitest';
import type { Product } from './start-product.ts';

/** The tools of a browser test. */
export interface Stage {
  product: Product;
  provider: FakeProvider;
  /** Opens a page in its own context; with `token: null`, as a stranger. */
  open(path: string, options?: OpenOptions): Promise<Page>;
}

export interface OpenOptions extends BrowserContextOptions {
  token?: string | null;
  /** With an admin session. */
  isAdmin?: boolean;
}

/** How long a page may take to show something. */
export const patienceMs = 10_000;
export const providerKey = 'sk-browser-tests-0123456789';

/** The stored state of a browser that remembers the token. */
export function rememberedToken(origin: string, token: string) {
  return {
    cookies: [],
    origins: [{ origin, localStorage: [{ name: 'api_monitor_token', value: token }] }],
  };
}

/** Gives a browser an admin session. */
export async function logIn(context: BrowserContext, product: Product): Promise<void> {
  const [name = '', value = ''] = (await product.sessionCookie()).split('=');
  await context.addCookies([{ name, value, url: product.origin, sameSite: 'Strict' }]);
}

/** The card of the channel called `name`. */
export function cardOf(page: Page, name: string) {
  return page.locator('.channel').filter({ has: toggleOf(page, name) });
}

/** The button that opens the card of the channel called `name`. */
export function toggleOf(page: Page, name: string) {
  return page.getByRole('button', { name: new RegExp(`^${name}, `) });
}

/** The names on the page, from top to bottom. */
export function namesOn(page: Page): Promise<string[]> {
  return page.locator('.channel-toggle').allTextContents();
}

/** Asserts on what a page shows sooner or later. */
export function eventually<T>(read: () => T) {
  return expect.poll(read, { timeout: patienceMs });
}

/** By how many pixels the page is wider than the window. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.body.clientWidth);
}

/** The filters that a reader doesn't see in full: those cut off at the edge of the window or of their row. */
export function cutFilters(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const filters = [
      ...document.querySelectorAll('.toolbar :is(select, input, .segmented button)'),
    ];
    const rightOf = (element: Element | null) => element?.getBoundingClientRect().right ?? 0;
    const isCut = (filter: Element) =>
      rightOf(filter) > Math.min(innerWidth, rightOf(filter.closest('.toolbar')));
    return filters.filter(isCut).map((filter) => filter.textContent.trim());
  });
}

/**
 * Opens a page, and once more if its requests were dropped: Chromium drops all requests when a network
 * interface of the machine, such as a container's, appears or disappears.
 */
export async function goTo(page: Page, url: string): Promise<void> {
  let isCutShort = false;
  const note = (request: Request) => {
    isCutShort ||= request.failure()?.errorText === 'net::ERR_NETWORK_CHANGED';
  };
  page.on('requestfailed', note);
  await page.goto(url).catch((error: unknown) => {
    if (!isCutShort) throw error;
  });
  page.off('requestfailed', note);
  if (isCutShort) await page.goto(url);
}
