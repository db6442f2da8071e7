import type { Page } from 'playwright-core';

/** Copied from the dialog that shows it once. */
export async function revealed(page: Page): Promise<string> {
  const secret = page.locator('dialog[open] .secret');
  await secret.waitFor();
  const text = (await secret.textContent()) ?? '';
  await page.getByRole('button', { name: 'I have it' }).click();
  await secret.waitFor({ state: 'hidden' });
  return text;
}
