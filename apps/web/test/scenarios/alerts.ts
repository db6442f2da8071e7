import { type AlertReceiver, startAlertReceiver } from '@api-monitor/fake-provider';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessibilityViolations } from '../accessibility-violations.ts';
import { eventually, overflowOf, type Stage } from '../stage.ts';

export function describeAlerts(stage: Stage): void {
  let receiver: AlertReceiver;

  beforeAll(async () => {
    receiver = await startAlertReceiver();
  });
  afterAll(() => receiver.close());

  it('a destination is tested, added with its secret masked, paused and deleted', async () => {
    const page = await stage.open('/admin.html?tab=alerts', { isAdmin: true });
    await page.getByRole('button', { name: 'Add a destination' }).click();
    const dialog = page.locator('dialog[open]');
    await dialog.getByLabel('Name').fill('My hook');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.locator('.field-error').filter({ visible: true }).first().waitFor();
    await dialog.locator('[name="config.url"]').fill(receiver.url);
    await dialog.locator('[name="config.secret"]').fill('0123456789abcdef');
    await dialog.getByRole('button', { name: 'Send a test' }).click();
    await dialog.getByText(/^Sent in .*status 200/).waitFor();
    expect(receiver.received).toHaveLength(1);
    receiver.answerWith(() => 403);
    await dialog.getByRole('button', { name: 'Send a test' }).click();
    await dialog.getByText(/^Not sent, status 403/).waitFor();
    await dialog.getByRole('button', { name: 'Save' }).click();
    const row = page.locator('.panel-row').filter({ hasText: 'My hook' });
    await row.getByRole('button', { name: 'Edit' }).click();
    await eventually(() => dialog.locator('[name="config.secret"]').inputValue()).toContain('…');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await row.getByRole('button', { name: 'Pause' }).click();
    await row.getByText('Paused').waitFor();
    await row.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await eventually(() => row.count()).toBe(0);
  });

  it('rules are changed, and an error is shown at its field', async () => {
    const page = await stage.open('/admin.html?tab=alerts', { isAdmin: true, locale: 'zh-CN' });
    const form = page.locator('form').filter({ has: page.getByLabel('失败多少次算不可用') });
    await form.getByLabel('失败多少次算不可用').fill('0');
    await form.getByRole('button', { name: '保存' }).click();
    await page.locator('#error-rules-failures_before_alert').getByText(/1/).waitFor();
    await form.getByLabel('失败多少次算不可用').fill('3');
    await form.getByRole('button', { name: '保存' }).click();
    await page.getByText('已保存', { exact: true }).waitFor();
  });

  it('maintenance is planned by cron, is in the calendar, and bad expressions are refused', async () => {
    const page = await stage.open('/admin.html?tab=maintenance', { isAdmin: true });
    await page.getByRole('button', { name: 'Plan maintenance' }).click();
    const dialog = page.locator('dialog[open]');
    await dialog.getByLabel('Name').fill('Nightly');
    await dialog.getByLabel('When').selectOption('cron');
    await dialog.getByLabel('Minute, hour, day, month, weekday').fill('0 3 *');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.locator('#error-maintenance-cron').filter({ visible: true }).waitFor();
    await dialog.getByLabel('Minute, hour, day, month, weekday').fill('0 3 * * *');
    await dialog.getByRole('button', { name: 'Save' }).click();
    const shown = page.locator('.calendar-period').filter({ hasText: 'Nightly' });
    await eventually(() => shown.count()).toBeGreaterThan(27);
    await page.getByRole('button', { name: 'Next month' }).click();
    await shown.first().click();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Delete' }).filter({ visible: true }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No maintenance is planned.').waitFor();
  });

  it.each(['alerts', 'maintenance'])(
    '%s: no fault that axe finds, and fits a phone',
    async (tab) => {
      const options = { isAdmin: true, reducedMotion: 'reduce', colorScheme: 'dark' } as const;
      const viewport = { width: 360, height: 800 };
      const page = await stage.open(`/admin.html?tab=${tab}`, { ...options, viewport });
      await page.locator('.panel').filter({ visible: true }).first().waitFor();
      await page.waitForLoadState('networkidle');
      expect(await accessibilityViolations(page)).toEqual([]);
      expect(await overflowOf(page)).toBeLessThanOrEqual(0);
    },
  );
}
