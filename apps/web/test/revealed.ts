import type { Page } from 'playwright-core';

/** The secret in the dialog that shows it once, which is then closed. */
export async function revealed(page: Page): Promise<string> {
  const secret = page.locator('dialog[open] .secret');
  await secret.waitFor();
  const text = (await secret.textContent()) ?? '';
  await page.getByRole('button', { name: 'I’ve saved it' }).click();
  await secret.waitFor({ state: 'hidden' });
  return text;
}
