import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { Stage } from '../stage.ts';

const mostKb = 120;

export function describeWeight(stage: Stage): void {
  it.each(['/', '/docs/api'])(
    `scripts and styles of %s weigh less than ${mostKb} KB`,
    async (path) => {
      const page = await stage.open('/favicon.svg');
      const sizes: number[] = [];
      page.on('response', async (response) => {
        if (!/\.(js|css)$/.test(new URL(response.url()).pathname)) return;
        sizes.push(gzipSync(await response.body()).byteLength);
      });
      await page.goto(stage.product.origin + path, { waitUntil: 'load' });
      expect(sizes.length).toBeGreaterThan(2);
      expect(sizes.reduce((sum, size) => sum + size, 0) / 1024).toBeLessThan(mostKb);
    },
  );
}
