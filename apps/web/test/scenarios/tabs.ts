import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { eventually, rememberedToken, type Stage } from '../stage.ts';
import { apiToken } from '../start-product.ts';

/** How many tabs of a browser share what is left of its six connections to an origin. */
const manyTabs = 7;
/** Many pages on a busy machine. */
const slowMs = 60_000;

/** The event stream in the tabs of a browser, over HTTP/1.1. */
export function describeTabs(stage: Stage): void {
  const streams = async () => {
    const response = await fetch(`${stage.product.origin}/metrics`, {
      headers: { authorization: `Bearer ${apiToken}` },
    });
    return Number(/api_monitor_event_clients (\d+)/.exec(await response.text())?.[1]);
  };
  const isLive = (page: Page) => page.locator('.live[data-tone=ok]').waitFor();
  const addChannel = async (name: string) => {
    const { item } = (await stage.product.call('POST', '/api/targets', {
      ...{ name, base_url: stage.provider.origin, api_key: 'sk-unused-in-this-test' },
      enabled: false,
    })) as { item: { id: number } };
    return () => stage.product.call('DELETE', `/api/targets/${item.id}`);
  };
  const shows = (page: Page, name: string) => page.getByText(name).first().waitFor();

  it('seven tabs load, share one stream, and take over from the one that is closed', {
    timeout: slowMs,
  }, async () => {
    await eventually(streams).toBe(0);
    const first = await stage.open('/');
    const context = first.context();
    await isLive(first);
    const others: Page[] = [];
    for (let tab = 1; tab < manyTabs; tab += 1) {
      const page = await context.newPage();
      await page.goto(stage.product.origin);
      others.push(page);
    }
    await Promise.all(others.map(isLive));
    expect(await streams()).toBe(1);
    const removeFirst = await addChannel('Heard by all');
    await Promise.all([first, ...others].map((page) => shows(page, 'Heard by all')));
    await first.close();
    await eventually(streams).toBe(1);
    const removeSecond = await addChannel('Heard after the leader');
    await Promise.all(others.map((page) => shows(page, 'Heard after the leader')));
    await removeFirst();
    await removeSecond();
  });

  it('a tab takes over from one that the browser froze', async () => {
    await eventually(streams).toBe(0);
    const leader = await stage.open('/');
    await isLive(leader);
    const follower = await leader.context().newPage();
    await follower.goto(stage.product.origin);
    await isLive(follower);
    const devTools = await leader.context().newCDPSession(leader);
    await devTools.send('Page.setWebLifecycleState', { state: 'frozen' });
    await eventually(streams).toBe(1);
    const remove = await addChannel('Heard while frozen');
    await shows(follower, 'Heard while frozen');
    await devTools.send('Page.setWebLifecycleState', { state: 'active' });
    await shows(leader, 'Heard while frozen');
    await remove();
  });

  it('a stream that died without a word is noticed and opened again', async () => {
    const relay = await startRelay(new URL(stage.product.origin));
    const page = await stage.open('/', {
      token: null,
      storageState: rememberedToken(relay.origin, apiToken),
    });
    await page.clock.install();
    await page.goto(relay.origin);
    await isLive(page);
    relay.silence();
    await page.clock.fastForward('01:00');
    await page.locator('.live[data-tone=warn]').waitFor();
    relay.speak();
    await page.clock.runFor(60_000);
    await isLive(page);
  });

  it('after a changed token each tab asks once, and one answer serves all', {
    timeout: slowMs,
  }, async () => {
    const page = await stage.open('/');
    await isLive(page);
    const other = await page.context().newPage();
    await other.goto(`${stage.product.origin}/requests.html`);
    await other.locator('.panel').first().waitFor();
    const refusals: string[] = [];
    page.context().on('response', (response) => {
      if (response.status() === 401) refusals.push(response.url());
    });
    const changed = 'another-token-of-the-browser-tests';
    const change = (token: string) =>
      stage.product.administer('PATCH', '/api/admin/settings', { api_monitor_token: token });
    await change(changed);
    onTestFinished(async () => void (await change(apiToken)));
    const dialogs = [page, other].map((tab) => tab.getByRole('dialog', { name: 'Access token' }));
    await Promise.all(dialogs.map((dialog) => dialog.waitFor()));
    await page.getByText('You are logged out').waitFor();
    // Nothing is repeated: at most the stream, the list and the bell of one page, and the other page's own.
    const asked = refusals.length;
    await new Promise((resolve) => setTimeout(resolve, 2200));
    expect([refusals.length, asked <= 8]).toEqual([asked, true]);
    await page.getByLabel('Token', { exact: true }).fill(changed);
    await page.getByRole('button', { name: 'Continue' }).click();
    await Promise.all(dialogs.map((dialog) => dialog.waitFor({ state: 'hidden' })));
    await isLive(page);
  });
}

/** Passes connections on to the product, and can fall silent without closing any. */
async function startRelay({ port, hostname }: URL) {
  const sockets = new Set<Socket>();
  let isSilent = false;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => [client, upstream].map((it) => it.destroy()));
    }
    client.on('data', (bytes) => isSilent || upstream.write(bytes));
    upstream.on('data', (bytes) => isSilent || client.write(bytes));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    silence: () => {
      isSilent = true;
    },
    speak: () => {
      isSilent = false;
    },
  };
}
