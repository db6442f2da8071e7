import { expect, it } from 'vitest';
import { eventually, type Stage } from '../stage.ts';

export function describeDocs(stage: Stage): void {
  it('shows every call of the document to everyone', async () => {
    const response = await fetch(`${stage.product.origin}/api/openapi.json`);
    const { paths } = (await response.json()) as { paths: Record<string, object> };
    const count = Object.values(paths).flatMap((it) => Object.keys(it)).length;
    const page = await stage.open('/docs/api', { token: null });
    await eventually(() => page.locator('.call').count()).toBe(count);
  });

  it('opens the call in the address, with bounds and an example', async () => {
    const page = await stage.open('/docs/api#post-api-targets');
    const call = page.locator('#post-api-targets');
    await call.getByText('1–1440').waitFor();
    await call.getByText(/curl -X POST/).waitFor();
    expect(await call.getByText('read-only: ignored').count()).toBe(0);
  });

  it('finds a call by its words', async () => {
    const page = await stage.open('/docs/api');
    await page.getByRole('searchbox').fill('server-sent');
    await eventually(() => page.locator('.call-path').allTextContents()).toEqual(['/api/events']);
    await page.goto(page.url());
    await eventually(() => page.locator('.call-path').allTextContents()).toEqual(['/api/events']);
  });
}
