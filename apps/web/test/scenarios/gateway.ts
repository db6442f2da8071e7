import { describe, expect, it } from 'vitest';
import { eventually, providerKey, type Stage } from '../stage.ts';

const hostileModel = `it's "\${x}" <img src=x onerror=alert(1)>`;

export function describeGateway(stage: Stage): void {
  it("every example has the reader's address, key and model", async () => {
    const page = await stage.open('/docs/proxy');
    await page.getByLabel('Proxy key').fill('sk-am-of-the-reader');
    await page.getByLabel('Model', { exact: true }).fill('Aurora/gpt-4o');
    const codes = await page.locator('.code').allTextContents();
    expect(codes.length).toBeGreaterThan(15);
    const { origin } = stage.product;
    for (const wanted of [
      `curl '${origin}/v1/chat/completions'`,
      `base_url="${origin}/v1", api_key="sk-am-of-the-reader"`,
      `export ANTHROPIC_BASE_URL='${origin}'`,
      `model = "Aurora/gpt-4o"`,
      `${origin}/v1beta/models/Aurora/gpt-4o:generateContent`,
    ]) {
      expect(codes.some((it) => it.includes(wanted))).toBe(true);
    }
    expect(page.url()).toBe(`${origin}/docs/proxy?model=Aurora%2Fgpt-4o`);
    await page.reload();
    expect(await page.getByLabel('Model', { exact: true }).inputValue()).toBe('Aurora/gpt-4o');
    expect(await page.getByLabel('Proxy key').inputValue()).toBe('');
  });

  it('copies an example, and it runs', async () => {
    const page = await stage.open('/docs/proxy#curl', {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await page.getByRole('button', { name: 'Copy curl GET /v1/models' }).click();
    await page.getByText('Copied').filter({ visible: true }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toContain(`curl '${stage.product.origin}/v1/models'`);
    const response = await fetch(`${stage.product.origin}/v1/models`, {
      headers: { authorization: 'Bearer sk-am-of-nobody' },
    });
    expect(response.status).toBe(401);
  });

  describe('with a model that has a hostile name', () => {
    it('shows the name as text, and quotes it for each language', async () => {
      const page = await stage.open(`/docs/proxy?model=${encodeURIComponent(hostileModel)}#codex`);
      const code = page.locator('#codex .code').first();
      await eventually(() => code.textContent()).toContain(
        `model = ${JSON.stringify(hostileModel)}`,
      );
      expect(await page.locator('#claude-code .code').first().textContent()).toContain(
        `export ANTHROPIC_MODEL='it'\\''s "\${x}" <img src=x onerror=alert(1)>'`,
      );
      expect(await page.locator('main img').count()).toBe(0);
    });
  });

  it('offers live models that suit each client', async () => {
    stage.provider.setBehaviour('gpt-4o', 'good');
    const { item } = (await stage.product.call('POST', '/api/targets', {
      name: 'Elm',
      base_url: stage.provider.origin,
      api_key: providerKey,
    })) as { item: { id: number } };
    await stage.product.call('POST', `/api/targets/${item.id}/run`);
    await eventually(async () => {
      const { item: now } = (await stage.product.call('GET', `/api/targets/${item.id}`)) as {
        item: { last_total: number; running: boolean };
      };
      return now.running ? 0 : now.last_total;
    }).toBe(3);
    const page = await stage.open('/docs/proxy', { locale: 'zh-CN' });
    await page.getByRole('heading', { name: '使用网关' }).waitFor();
    await page.locator('datalist option[value="Elm/gpt-4o"]').waitFor({ state: 'attached' });
    await eventually(() => page.locator('#claude-code .code').first().textContent()).toContain(
      `ANTHROPIC_MODEL='claude-sonnet-4-5'`,
    );
    expect(await page.locator('#gemini-cli .code').first().textContent()).toContain(
      `'gemini-2.5-flash'`,
    );
    await stage.product.call('DELETE', `/api/targets/${item.id}`);
  });

  it('also works without a token, and says what a token adds', async () => {
    const page = await stage.open('/docs/proxy', { token: null });
    await page.getByText('With an access token').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
  });
}
