import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { revealed } from '../revealed.ts';
import { eventually, providerKey, type Stage } from '../stage.ts';
import { adminPassword } from '../start-product.ts';

/** The code that an authenticator shows now. RFC 6238, RFC 4226. */
function totpOf(secret: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret].map((it) => alphabet.indexOf(it).toString(2).padStart(5, '0')).join('');
  const bytes = (bits.match(/.{8}/g) ?? []).map((it) => Number.parseInt(it, 2));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac('sha1', Buffer.from(bytes)).update(step).digest();
  const number = mac.readUInt32BE((mac.at(-1) ?? 0) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

/** Sessions, the second factor, the audit log, backups, exports and resources. */
export function describeAdminRecords(stage: Stage): void {
  it('another session is listed and ended', async () => {
    const other = await stage.open('/admin/login', { token: null });
    await other.getByLabel('Password').fill(adminPassword);
    await other.getByRole('button', { name: 'Log in' }).click();
    await other.getByRole('heading', { name: 'Settings' }).waitFor();
    const page = await stage.open('/admin.html?tab=security', { isAdmin: true });
    await page.getByText('this session').filter({ visible: true }).waitFor();
    const ends = page.getByRole('button', { name: /^Log out .*127\.0\.0\.1/ });
    const before = await ends.count();
    await ends.first().click();
    await eventually(() => ends.count()).toBe(before - 1);
  });

  it('a second factor is set up, asked for at the login, and turned off with recovery codes', async () => {
    const page = await stage.open('/admin.html?tab=security', { isAdmin: true });
    await page.getByRole('button', { name: 'Set up…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Set up two-factor authentication' });
    await dialog.getByLabel('Current password').fill('something else');
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await dialog.getByText('This is incorrect.').waitFor();
    await dialog.getByLabel('Current password').fill(adminPassword);
    await dialog.getByRole('button', { name: 'Continue' }).click();
    const qr = await dialog.locator('.qr path').boundingBox();
    expect(qr?.width).toBeGreaterThan(100);
    const secret = (await dialog.locator('.factor-text').textContent()) ?? '';
    await eventually(() => page.locator('[name=code]:focus').count()).toBe(1);
    await dialog.getByRole('textbox', { name: 'Code' }).fill('000000');
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await dialog.getByText('This is incorrect.').waitFor();
    await dialog.getByRole('textbox', { name: 'Code' }).fill(totpOf(secret));
    await dialog.getByRole('button', { name: 'Continue' }).click();
    const [first = '', second = ''] = (await revealed(page)).split('\n');
    await page.getByText('On. 10 recovery codes are left.').waitFor();
    const other = await stage.open('/admin/login', { token: null });
    await other.getByLabel('Password').fill(adminPassword);
    await other.getByRole('button', { name: 'Log in' }).click();
    await other.getByLabel('Code').fill(first);
    await other.getByRole('button', { name: 'Log in' }).click();
    await other.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Turn off…' }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Code' }).fill(second);
    await page.getByRole('dialog').getByRole('button', { name: 'Continue' }).click();
    await page.getByText('Off. The password alone is enough to log in.').waitFor();
  });

  it('the audit log says what was done, without secrets', async () => {
    const settings = {
      default_interval_min: 47,
      api_monitor_token_visitor: 'visitor-for-a-moment',
    };
    await stage.product.administer('PATCH', '/api/admin/settings', settings);
    const before = { default_interval_min: null, api_monitor_token_visitor: null };
    await stage.product.administer('PATCH', '/api/admin/settings', before);
    const page = await stage.open('/admin.html?tab=audit', { isAdmin: true, locale: 'zh-CN' });
    await page.locator('.audit-row').first().waitFor();
    await page.getByRole('combobox', { name: '按操作筛选' }).selectOption('修改设置');
    const rows = page.locator('.audit-row');
    await rows.getByText('default_interval_min').first().waitFor();
    await eventually(async () => (await rows.allTextContents()).join()).not.toContain('登录');
    const texts = (await rows.allTextContents()).join();
    expect(texts).toContain('[secret]');
    expect(texts).not.toContain('visitor-for-a-moment');
    expect(page.url()).toContain('action=settings.changed');
    await page.reload();
    await rows.first().waitFor();
    expect((await rows.allTextContents()).join()).not.toContain('登录');
    expect(await page.getByRole('combobox', { name: '按操作筛选' }).inputValue()).toBe(
      'settings.changed',
    );
  });

  it('a search of the channels stays in the address of its tab', async () => {
    const page = await stage.open('/admin.html?tab=channels&q=auro', { isAdmin: true });
    const names = () => page.locator('.row-name').filter({ visible: true }).allTextContents();
    await eventually(async () => (await names()).map((it) => it.trim().slice(0, 6))).toEqual([
      'Aurora',
    ]);
    await page.getByRole('link', { name: 'Settings', exact: true }).click();
    await eventually(() => page.url()).not.toContain('q=');
    await page.goBack();
    await eventually(() => page.url()).toContain('tab=channels&q=auro');
    await page.getByRole('searchbox').filter({ visible: true }).fill('');
    await eventually(async () => (await names()).length).toBeGreaterThan(1);
    expect(page.url()).not.toContain('q=');
  });

  it('a backup is downloaded, and is a database', async () => {
    const page = await stage.open('/admin.html?tab=transfer', { isAdmin: true });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download backup' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^api-monitor-\d{8}-\d{6}\.db$/);
    const start = await readFile(await download.path(), 'latin1');
    expect(start.startsWith('SQLite format 3')).toBe(true);
  });

  it('channels are exported, and imported after a preview', async () => {
    const page = await stage.open('/admin.html?tab=transfer', { isAdmin: true });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download channels' }).click(),
    ]);
    const text = await readFile(await download.path(), 'utf8');
    expect(text).toContain('name: Aurora');
    expect(text).not.toContain(providerKey);
    const choose = async (content: string) => {
      const buffer = Buffer.from(content);
      const file = { name: 'channels.yaml', mimeType: 'application/yaml', buffer };
      await page.locator('#import-file').setInputFiles(file);
    };
    await choose('channels: [');
    await page.getByText(/not valid YAML/).waitFor();
    const imported = `channels:
  - { name: "<i>Yew</i>", base_url: "${stage.provider.origin}", api_key: "sk-of-another-account", enabled: false }
  - { name: Broken, base_url: nowhere }`;
    await choose(imported);
    await page.getByText('1 new, 0 changed, 0 unchanged, 1 skipped').waitFor();
    await page
      .locator('.import-row')
      .filter({ hasText: 'Broken' })
      .getByText(/base_url/)
      .waitFor();
    await page.getByRole('button', { name: 'Import 1 channel' }).click();
    await page.locator('.toast').getByText('1 new').waitFor();
    await page.getByRole('link', { name: 'Channels', exact: true }).last().click();
    await page.locator('.panel-row').filter({ hasText: '<i>Yew</i>' }).waitFor();
  });

  it('channels are pasted, with a tick for each and keys filled in', async () => {
    const page = await stage.open('/admin.html?tab=transfer', { isAdmin: true });
    const { origin } = stage.provider;
    const lines = ['Pasted one', 'Pasted two', 'Pasted three'].map(
      (name, index) =>
        `${name}, ${origin}/${name.slice(7)}${index === 1 ? '' : ', sk-pasted-0123'}`,
    );
    await page.getByLabel('Or paste channels').fill([...lines, lines[0]].join('\n'));
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByText('4 new, 0 changed, 0 unchanged, 0 skipped').waitFor();
    await page.getByText('Same address and key as Pasted one in this list').waitFor();
    await page.getByRole('checkbox', { name: 'Import Pasted three' }).uncheck();
    await page.getByLabel('API key for Pasted two').fill('sk-filled-0123456789');
    await page.getByRole('button', { name: 'Import 2 channels' }).click();
    await page.locator('.toast').getByText('2 new').waitFor();
    const { items } = (await stage.product.call('GET', '/api/targets?history=0')) as {
      items: { id: number; name: string; enabled: boolean; api_key: string }[];
    };
    const pasted = items.filter(({ name }) => name.startsWith('Pasted'));
    expect(pasted).toMatchObject([
      { name: 'Pasted one', enabled: true },
      { name: 'Pasted two', enabled: true, api_key: 'sk-fi…6789' },
    ]);
    for (const { id } of pasted) await stage.product.call('DELETE', `/api/targets/${id}`);
  });

  it('resources are drawn while their tab is open', async () => {
    const page = await stage.open('/admin.html?tab=resources', { isAdmin: true });
    await page.getByText('Uptime').waitFor();
    await page.getByText('Recent samples as a table').click();
    await eventually(() => page.locator('.samples tbody tr').count()).toBeGreaterThan(1);
    expect(await page.locator('#chart-cpu').evaluate((it) => it.clientWidth)).toBeGreaterThan(200);
  });
}
