import { describe, expect, it } from 'vitest';
import { violationsInBothThemes } from '../accessibility-violations.ts';
import { revealed } from '../revealed.ts';
import { eventually, overflowOf, type Stage } from '../stage.ts';
import { adminPassword } from '../start-product.ts';

function ask(stage: Stage, key: string): Promise<number> {
  const headers = { authorization: `Bearer ${key}` };
  return fetch(`${stage.product.origin}/v1/models`, { headers }).then((it) => it.status);
}

/** A password takes 0.4 s of one core to check, and as long to hash: on a busy machine, seconds. */
const hashingMs = 25_000;

export function describeAdmin(stage: Stage): void {
  describe('the login', () => {
    it.each([
      ['en-US', 'Password', 'Log in', 'This password is wrong.', 'Settings'],
      ['zh-CN', '密码', '登录', '密码不正确。', '设置'],
    ])('opens the page that was asked for, %s', async (locale, password, button, wrong, title) => {
      const page = await stage.open('/admin.html', { token: null, locale });
      await page.waitForURL(/\/admin\/login\?next=%2Fadmin.html$/);
      await page.getByLabel(password).fill('something else');
      await page.getByRole('button', { name: button }).click();
      await page.getByText(wrong).waitFor();
      await page.getByLabel(password).fill(adminPassword);
      await page.getByRole('button', { name: button }).click();
      await page.getByRole('heading', { name: title, level: 1 }).waitFor();
      expect(new URL(page.url()).pathname).toBe('/admin.html');
    });

    it('never leads to another site', async () => {
      const page = await stage.open('/admin/login?next=https://elsewhere.example/', {
        token: null,
      });
      await page.getByLabel('Password').fill(adminPassword);
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.waitForURL(`${stage.product.origin}/admin.html`);
    });

    it('comes back after the session ends, and returns to the same tab', async () => {
      const page = await stage.open('/admin.html?tab=keys', { isAdmin: true, token: null });
      await page.getByRole('heading', { name: 'Proxy keys' }).waitFor();
      await page.context().clearCookies();
      const departures: string[] = [];
      page.on('request', (it) => {
        if (it.isNavigationRequest()) departures.push(it.url());
      });
      await page.getByRole('link', { name: 'Security' }).click();
      await page.waitForURL(/\/admin\/login\?next=%2Fadmin.html%3Ftab%3Dsecurity$/);
      expect(departures).toHaveLength(1);
    });

    it('has no violations that axe finds', async () => {
      const page = await stage.open('/admin/login');
      await page.getByLabel('Password').waitFor();
      expect(await violationsInBothThemes(page)).toEqual([]);
    });
  });

  it('settings are saved, and an error is shown at its field', async () => {
    const page = await stage.open('/admin.html', { isAdmin: true });
    const interval = page.getByLabel('Default check interval');
    const save = page
      .locator('form')
      .filter({ has: interval })
      .getByRole('button', { name: 'Save' });
    await interval.fill('9999');
    await save.click();
    await page.locator('#error-settings-default_interval_min').getByText(/1440/).waitFor();
    await interval.fill('45');
    await save.click();
    await page.getByText('Saved', { exact: true }).waitFor();
    await page.reload();
    await eventually(() => interval.inputValue()).toBe('45');
  });

  it('the gateway’s policy is changed, says where it comes from, and goes back', async () => {
    const page = await stage.open('/admin.html', { isAdmin: true });
    const form = page.locator('form').filter({ has: page.locator('#routing-routing_policy') });
    const policy = form.getByRole('combobox', { name: 'Choice of channels' });
    const patience = form.getByRole('textbox', { name: 'Patience' });
    expect(await policy.inputValue()).toBe('latency');
    await policy.selectOption('In turn');
    await patience.fill('0');
    await form.getByRole('button', { name: 'Save' }).click();
    await page.locator('#error-routing-patience_s').getByText(/1/).waitFor();
    await patience.fill('90');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByText('set here').first().waitFor();
    const models = await stage.open('/models.html');
    await models.getByText('in turn to each channel').waitFor();
    for (const name of ['Choice of channels', 'Patience']) {
      await form.getByRole('button', { name: `Reset ${name}` }).click();
    }
    await eventually(() => policy.inputValue()).toBe('latency');
    await eventually(() => form.getByText('set here').filter({ visible: true }).count()).toBe(0);
  });

  it('a token is replaced by a generated one, which is shown once and works at once', async () => {
    const page = await stage.open('/admin.html', { isAdmin: true });
    await page.getByRole('button', { name: 'Replace Gateway master token' }).click();
    await page.locator('dialog[open]').getByRole('button', { name: 'Save' }).click();
    const token = await revealed(page);
    expect(token).toMatch(/^sk-master-[\w-]{32}$/);
    await eventually(() => ask(stage, token)).toBe(200);
    expect(await page.locator('body').textContent()).not.toContain(token);
    await page.getByRole('button', { name: 'Reset Gateway master token' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Reset' }).click();
    await eventually(() => ask(stage, token)).toBe(401);
  });

  it('a new password needs the current one, and so does resetting it', async () => {
    const page = await stage.open('/admin.html', { isAdmin: true });
    const dialog = page.locator('dialog[open]');
    const save = dialog.getByRole('button', { name: 'Save' });
    await page.getByRole('button', { name: 'Replace Admin password' }).click();
    await eventually(() => page.locator('[name=current_password]:focus').count()).toBe(1);
    expect(await save.isDisabled()).toBe(true);
    await dialog.getByLabel('New value').fill('the next password');
    await dialog.getByLabel('Current password').fill('something else');
    await save.click();
    await dialog.getByText('This is incorrect.').waitFor({ timeout: hashingMs });
    await dialog.getByLabel('Current password').fill(adminPassword);
    await save.click();
    await dialog.waitFor({ state: 'hidden', timeout: hashingMs });
    const undo = page.getByRole('button', { name: 'Reset Admin password' });
    await undo.click();
    expect(await dialog.getByLabel('New value').isVisible()).toBe(false);
    await dialog.getByLabel('Current password').fill('the next password');
    await save.click();
    await dialog.waitFor({ state: 'hidden', timeout: hashingMs });
    await eventually(() => undo.count()).toBe(0);
  }, 90_000);

  it('the current password is asked for in Chinese too', async () => {
    const page = await stage.open('/admin.html', { isAdmin: true, locale: 'zh-CN' });
    await page.getByRole('button', { name: '更换管理密码' }).click();
    await page.locator('dialog[open]').getByLabel('当前密码').waitFor();
  });

  it('a proxy key is created, used, paused, regenerated and revoked', async () => {
    const page = await stage.open('/admin.html?tab=keys', { isAdmin: true });
    await page.getByRole('button', { name: 'New key' }).click();
    const dialog = page.getByRole('dialog', { name: 'New proxy key' });
    await dialog.getByRole('button', { name: 'Create key' }).click();
    await dialog.getByText('This field is required.').waitFor();
    await dialog.getByLabel('Name').fill('<b>Lap & top</b>');
    await dialog.getByRole('button', { name: 'Edit as text' }).click();
    const models = dialog.getByRole('textbox', { name: 'Models', exact: true });
    await models.fill('tag:');
    await dialog.getByRole('button', { name: 'Create key' }).click();
    await dialog.getByText('This is not in the right format.').waitFor();
    await models.fill('');
    await dialog.getByLabel('Requests per minute').fill('5000');
    await dialog.locator('#key-cost_per_month').fill('0');
    await dialog.getByRole('button', { name: 'Create key' }).click();
    await dialog.locator('#error-key-cost_per_month').getByText('0').waitFor();
    await dialog.locator('#key-cost_per_month').fill('25');
    await dialog.locator('#key-requests_per_day').fill('1000');
    await dialog.locator('[name=allow_unpriced]').check();
    await dialog.getByRole('button', { name: 'Create key' }).click();
    const first = await revealed(page);
    await eventually(() => ask(stage, first)).toBe(200);
    const row = page.locator('.key-row').filter({ hasText: '<b>Lap & top</b>' });
    await row.getByText('5,000 requests per minute').waitFor();
    await row.getByText(/ of \$25\.00 this month/).waitFor();
    await row.getByText(/ of 1K requests today/).waitFor();
    await row.getByRole('button', { name: 'Pause' }).click();
    await eventually(() => ask(stage, first)).toBe(401);
    await row.getByRole('button', { name: 'Resume' }).click();
    await eventually(() => ask(stage, first)).toBe(200);
    await row.getByRole('button', { name: 'Regenerate' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Regenerate' }).click();
    const second = await revealed(page);
    await eventually(() => ask(stage, second)).toBe(200);
    expect(await ask(stage, first)).toBe(401);
    await row.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
    expect(await ask(stage, second)).toBe(200);
    await row.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click();
    await eventually(() => ask(stage, second)).toBe(401);
    await eventually(() => row.count()).toBe(0);
    await page.getByRole('button', { name: /^Show \d+ revoked/ }).click();
    await row.first().getByText('Revoked').waitFor();
  });

  it("a channel's advanced settings are changed, and its models chosen", async () => {
    const page = await stage.open('/admin.html?tab=channels', { isAdmin: true });
    await page.getByRole('button', { name: 'Settings of Birch' }).click();
    const dialog = page.getByRole('dialog', { name: 'Settings of Birch' });
    await dialog.getByRole('button', { name: /^Models / }).click();
    await dialog.getByLabel('Model limit').fill('2');
    await dialog.getByRole('button', { name: /^Connection / }).click();
    await dialog.getByLabel('Verify TLS certificates').uncheck();
    await dialog.getByRole('button', { name: 'Save' }).click();
    const row = page.locator('.panel-row').filter({ hasText: 'Birch' });
    await row.getByText('certificate not verified').waitFor();
    await row.getByText('at most 2').waitFor();
    await page.getByRole('button', { name: 'Choose the models of Aurora' }).click();
    await page
      .getByRole('dialog', { name: /Aurora/ })
      .getByRole('checkbox')
      .first()
      .waitFor();
  });

  it('the status page is edited, published and unpublished', async () => {
    const page = await stage.open('/admin.html?tab=status', { isAdmin: true });
    await page.getByRole('button', { name: 'Add service' }).click();
    await page.getByLabel('Public name').fill('Our relay');
    await page.getByRole('button', { name: 'Save' }).filter({ visible: true }).click();
    await page.getByText('Choose a channel or a tag, or enter a model.').waitFor();
    await page.getByLabel('Channel').filter({ visible: true }).selectOption('Aurora');
    await page.getByRole('switch', { name: 'Publish the status page' }).check();
    await page.getByRole('button', { name: 'Save' }).filter({ visible: true }).click();
    await page.getByText('Saved', { exact: true }).waitFor();
    const reader = await stage.open('/status.html', { token: null });
    await reader.getByRole('heading', { name: 'Our relay', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Remove Our relay' }).click();
    await page.getByRole('switch', { name: 'Publish the status page' }).uncheck();
    await page.getByRole('button', { name: 'Save' }).filter({ visible: true }).click();
    await eventually(async () => (await fetch(`${stage.product.origin}/api/status`)).status).toBe(
      404,
    );
  });

  it('a line of the status page may be all channels with a tag', async () => {
    const { item } = (await stage.product.call('POST', '/api/targets', {
      ...{ name: 'Tagged', base_url: stage.provider.origin, api_key: 'sk-tagged' },
      ...{ enabled: false, tags: ['Quick ones'] },
    })) as { item: { id: number } };
    const page = await stage.open('/admin.html?tab=status', { isAdmin: true });
    const save = page.getByRole('button', { name: 'Save' }).filter({ visible: true });
    const choice = page.getByLabel('Channel or tag').filter({ visible: true });
    await page.getByRole('button', { name: 'Add service' }).click();
    await page.getByLabel('Public name').fill('Quick');
    await choice.selectOption('Tag: Quick ones');
    expect(await page.getByPlaceholder('All models').count()).toBe(1);
    await save.click();
    await page.getByText('Saved', { exact: true }).waitFor();
    await stage.product.call('DELETE', `/api/targets/${item.id}`);
    await page.reload();
    await choice.waitFor();
    expect(await choice.inputValue()).toBe('tag:Quick ones');
    await page.getByRole('button', { name: 'Remove Quick' }).click();
    await save.click();
    await page.getByText('Saved', { exact: true }).waitFor();
  });

  it('the address keeps the tab, also when going back', async () => {
    const page = await stage.open('/admin.html', { isAdmin: true });
    await page.getByRole('link', { name: 'Proxy keys' }).click();
    expect(page.url()).toContain('?tab=keys');
    await page.goBack();
    await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
  });

  it.each([
    ['settings', '.panel-row'],
    ['keys', '.admin-title'],
    ['channels', '.panel-row'],
    ['status', '.panel-foot'],
    ['security', '.panel-row'],
    ['audit', '.audit-row'],
    ['transfer', '.panel'],
    ['resources', '.stat'],
  ])('axe finds no fault in %s, and nothing overflows sideways', async (tab, ready) => {
    const page = await stage.open(`/admin.html?tab=${tab}`, { isAdmin: true });
    await page.locator(ready).filter({ visible: true }).first().waitFor();
    expect(await violationsInBothThemes(page)).toEqual([]);
    for (const width of [360, 768]) {
      await page.setViewportSize({ width, height: 800 });
      await eventually(() => overflowOf(page)).toBeLessThanOrEqual(0);
    }
  });
}
