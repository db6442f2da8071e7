import { gzipSync } from 'node:zlib';
import type { Response } from 'playwright-core';
import { expect, it } from 'vitest';
import type { Stage } from '../stage.ts';

const mostKb = 120;

export function describeWeight(stage: Stage): void {
  it.each([
    '/',
    '/docs/api',
    '/docs/proxy',
    '/status.html',
    '/admin/login',
    '/viewer.html?target_id=1',
    '/analysis.html?target_id=1',
    '/models.html',
    '/requests.html',
    '/spend.html',
    '/incidents.html',
  ])(`scripts and styles of %s weigh less than ${mostKb} KB`, async (path) => {
    const page = await stage.open('/favicon.svg');
    const responses: Response[] = [];
    page.on('response', (response) => {
      if (/\.(js|css)$/.test(new URL(response.url()).pathname)) responses.push(response);
    });
    await page.goto(stage.product.origin + path);
    const bodies = await Promise.all(responses.map((it) => it.body()));
    const bytes = bodies.reduce((sum, body) => sum + gzipSync(body).byteLength, 0);
    expect(bodies.length).toBeGreaterThan(2);
    expect(bytes / 1024).toBeLessThan(mostKb);
  });
}
