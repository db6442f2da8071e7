import { expect, it } from 'vitest';
import { cardOf, eventually, providerKey, type Stage } from '../stage.ts';

/** Leaves no channel behind. */
export function describeManagedChannels(stage: Stage): void {
  const file = 'channels/elm.yaml';
  // Another address than the others, or one of them would be taken for it.
  const text = () =>
    `{name: Elm, base_url: "${stage.provider.origin}/elm", api_key: ${providerKey}, interval_min: 1440}`;
  const apply = () =>
    stage.product.call('POST', '/api/channels/apply', { files: [{ path: file, text: text() }] });

  it('a channel that code manages is marked, and can be paused but not changed', async () => {
    await apply();
    const page = await stage.open('/');
    await cardOf(page, 'Elm')
      .getByRole('img', { name: `Managed by code: ${file}` })
      .waitFor();
    const menu = page.getByRole('menu');
    await page.getByRole('button', { name: 'More actions for Elm' }).click();
    expect(await menu.getByRole('menuitem').filter({ visible: true }).allInnerTexts()).toEqual([
      'Show settings…',
      'Duplicate…',
      'Copy address',
      'Pause checks',
      'All checks',
      'Over time',
    ]);
    await menu.getByRole('menuitem', { name: 'Pause checks' }).click();
    await page.getByText('Elm was paused').waitFor();
    await page.getByRole('button', { name: 'More actions for Elm' }).click();
    await menu.getByRole('menuitem', { name: 'Show settings…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Settings of Elm' });
    await dialog.getByText(`Code manages this channel (${file})`).waitFor();
    await dialog.getByRole('button', { name: /^Checks / }).click();
    for (const label of ['Name', 'Address', 'API key', 'Check every']) {
      expect(await dialog.getByLabel(label, { exact: true }).isDisabled(), label).toBe(true);
    }
    expect(await dialog.getByRole('button', { name: /^Save/ }).isVisible()).toBe(false);
    await dialog.getByRole('button', { name: 'Close' }).last().click();
  });

  it('a released channel can be changed at once', async () => {
    const page = await stage.open('/');
    await page.getByRole('button', { name: 'More actions for Elm' }).click();
    await page.getByRole('menuitem', { name: 'Show settings…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Release' }).click();
    await page.getByText('Elm can be changed here again').waitFor();
    await dialog.getByLabel('Name').fill('Elm tree');
    await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    await eventually(() =>
      cardOf(page, 'Elm tree').getByRole('img', { name: /code/ }).count(),
    ).toBe(0);
  });

  it('the admin panel shows a managed channel’s settings without changing them', async () => {
    await apply();
    const page = await stage.open('/admin.html?tab=channels', { isAdmin: true });
    const row = page.locator('.panel-row').filter({ hasText: `Managed by code: ${file}` });
    await row.getByRole('button', { name: 'Settings of Elm' }).click();
    const dialog = page.getByRole('dialog', { name: 'Settings of Elm' });
    await dialog.getByText(`Code manages this channel (${file})`).waitFor();
    expect(await dialog.getByRole('button', { name: 'Save' }).isVisible()).toBe(false);
    await dialog.getByRole('button', { name: 'Release' }).click();
    await dialog.getByRole('button', { name: 'Save' }).waitFor();
    const { items } = (await stage.product.call('GET', '/api/targets')) as {
      items: { id: number; name: string; managed_by: string | null }[];
    };
    const elm = items.find(({ name }) => name === 'Elm');
    expect(elm?.managed_by).toBeNull();
    await stage.product.call('DELETE', `/api/targets/${elm?.id}`);
  });
}
