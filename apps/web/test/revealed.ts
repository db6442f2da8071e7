import type { Page } from 'playwright-core';

/** Reads the secret from the dialog that shows it once, and closes the dialog. */
export async function revealed(page: Page): Promise<string> {
  const secret = page.locator('dialog[open] .secret');
  await secret.waitFor();
  const text = (await secret.textContent()) ?? '';
  await page.getByRole('button', { name: 'I’ve saved it' }).click();
  await secret.waitFor({ state: 'hidden' });
  return text;
}
