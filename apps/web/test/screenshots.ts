import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { startFakeProvider } from '@api-monitor/fake-provider';
import type { Browser, Page } from 'playwright-core';
import { buildPages } from './build-pages.ts';
import { launchBrowser } from './launch-browser.ts';
import type { Scene } from './scene.ts';
import { providersOf, scenes } from './scenes.ts';
import { logIn, rememberedToken } from './stage.ts';
import { apiToken, type Product, startProduct } from './start-product.ts';

const sizes = {
  wide: { viewport: { width: 1280, height: 860 }, deviceScaleFactor: 1 },
  narrow: {
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    isMobile: true,
    hasTouch: true,
  },
};
const themes = ['light', 'dark'] as const;
const locales = { en: 'en-US', zh: 'zh-CN' };

interface Shot {
  browser: Browser;
  product: Product;
  folder: string;
  scene: Scene;
}

/** Takes a screenshot of the scene in every size, theme and language. */
async function shootScene({ browser, product, folder, scene }: Shot): Promise<void> {
  for (const [size, device] of Object.entries(sizes)) {
    for (const colorScheme of themes) {
      for (const [language, locale] of Object.entries(locales)) {
        const storageState = rememberedToken(product.origin, apiToken);
        const context = await browser.newContext({ ...device, colorScheme, locale, storageState });
        if (scene.isAdmin) await logIn(context, product);
        const page = await context.newPage();
        // Chromium drops a page that loads while a network of the machine comes or goes.
        await scene.show(page, product.origin).catch(() => scene.show(page, product.origin));
        await settle(page);
        const file = `${scene.name}-${size}-${colorScheme}-${language}.png`;
        await page.screenshot({ path: join(folder, file) });
        // A request that a scene answers itself may still be under way.
        await page.unrouteAll({ behavior: 'ignoreErrors' });
        await context.close();
      }
    }
  }
}

async function settle(page: Page): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(1500);
}

/** Prepares every scene, because each builds on earlier ones; with `names`, takes pictures of those only. */
async function shootAll(folder: string, names: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await buildPages();
  const browser = await launchBrowser();
  const product = await startProduct();
  const providers = await Promise.all(providersOf().map(startFakeProvider));
  try {
    for (const scene of scenes) {
      await scene.prepare(product, providers);
      const isWanted = names.length === 0 || names.includes(scene.name);
      if (isWanted) await shootScene({ browser, product, folder, scene });
    }
  } finally {
    await browser.close();
    await product.stop();
    await Promise.all(providers.map((it) => it.close()));
  }
}

const [folder, ...names] = process.argv.slice(2);
if (!folder) {
  console.error('Name a folder: pnpm --filter @api-monitor/web screenshots <folder> [scene…]');
  process.exit(1);
}
// pnpm runs the script in the package's folder, but a relative path means the caller's folder.
await shootAll(resolve(process.env.INIT_CWD ?? '.', folder), names);
