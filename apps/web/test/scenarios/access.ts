import { expect, it } from 'vitest';
import { type Stage, toggleOf } from '../stage.ts';
import { apiToken, visitorToken } from '../start-product.ts';

/** Runs first, while the monitor is empty. */
export function describeAccess(stage: Stage): void {
  it('a stranger is asked for the token, is told if it is wrong, and gets in if it is right', async () => {
    const page = await stage.open('/', { token: null });
    const dialog = page.getByRole('dialog', { name: 'Access token' });
    await dialog.getByLabel('Token').fill('wrong-token-entirely');
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await dialog.getByText('This token is not valid.').waitFor();
    await dialog.getByLabel('Token').fill(apiToken);
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Add your first channel' }).waitFor();
    expect(await dialog.isVisible()).toBe(false);
    await page.reload();
    await page.getByRole('heading', { name: 'Add your first channel' }).waitFor();
  });

  it("no script can read the login, and one that isn't remembered ends with the browser", async () => {
    const page = await stage.open('/', { token: null });
    await page.getByLabel('Token', { exact: true }).fill(apiToken);
    await page.getByLabel('Remember on this device').uncheck();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Add your first channel' }).waitFor();
    const kept = () =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]);
    expect(await page.evaluate(kept)).not.toContain(apiToken);
    expect(await page.context().cookies()).toMatchObject([{ httpOnly: true, expires: -1 }]);
  });

  it('a visitor sees the channels but no controls', async () => {
    const { item } = (await stage.product.call('POST', '/api/targets', {
      name: 'Seen by visitors',
      base_url: stage.provider.origin,
      api_key: 'sk-unused-in-this-test',
      enabled: false,
    })) as { item: { id: number } };
    const page = await stage.open('/', { token: visitorToken });
    await toggleOf(page, 'Seen by visitors').waitFor();
    for (const name of ['Add channel', 'Check all', /^More actions/, /^Move /, /^Check /]) {
      expect(await page.getByRole('button', { name }).filter({ visible: true }).count()).toBe(0);
    }
    await stage.product.call('DELETE', `/api/targets/${item.id}`);
    await page.getByText('Add your first channel').waitFor();
  });
}
