import { type FakeProvider, startFakeProvider } from '@api-monitor/fake-provider';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { buildPages } from './build-pages.ts';
import { launchBrowser } from './launch-browser.ts';
import { describeAccess } from './scenarios/access.ts';
import { describeAccessibility } from './scenarios/accessibility.ts';
import { describeAdmin } from './scenarios/admin.ts';
import { describeAdminRecords } from './scenarios/admin-records.ts';
import { describeAlerts } from './scenarios/alerts.ts';
import { describeAnalysis } from './scenarios/analysis.ts';
import { describeArranging } from './scenarios/arranging.ts';
import { describeBehindProxy } from './scenarios/behind-proxy.ts';
import { describeChannels } from './scenarios/channels.ts';
import { describeDataPages } from './scenarios/data-pages.ts';
import { describeDocs } from './scenarios/docs.ts';
import { describeGateway } from './scenarios/gateway.ts';
import { describeIncidents } from './scenarios/incidents.ts';
import { describeLiveTraffic } from './scenarios/live-traffic.ts';
import { describeManagedChannels } from './scenarios/managed-channels.ts';
import { describeModels } from './scenarios/models.ts';
import { describeNames } from './scenarios/names.ts';
import { describePreferences } from './scenarios/preferences.ts';
import { describePublicStatus } from './scenarios/public-status.ts';
import { describeRequests } from './scenarios/requests.ts';
import { describeSelecting } from './scenarios/selecting.ts';
import { describeTabs } from './scenarios/tabs.ts';
import { describeViewer } from './scenarios/viewer.ts';
import { describeWeight } from './scenarios/weight.ts';
import { goTo, logIn, patienceMs, providerKey, rememberedToken, type Stage } from './stage.ts';
import { apiToken, type Product, startProduct } from './start-product.ts';

/** Requests that are meant to fail, and what browsers say of any page over HTTP. */
const harmless = /^(Failed to load|The Cross-Origin-Opener-Policy header has been ignored)/;

let browser: Browser;
let product: Product;
let provider: FakeProvider;
const contexts: BrowserContext[] = [];
const complaints: string[] = [];

const stage: Stage = {
  get product() {
    return product;
  },
  get provider() {
    return provider;
  },
  async open(path, { token = apiToken, isAdmin = false, ...options } = {}) {
    const { origin } = product;
    const kept = token === null ? {} : { storageState: rememberedToken(origin, token) };
    const context = await browser.newContext({ locale: 'en-US', ...kept, ...options });
    contexts.push(context);
    if (isAdmin) await logIn(context, product);
    context.setDefaultTimeout(patienceMs);
    // Violations of the content security policy count as errors too.
    context.on('weberror', (error) => complaints.push(error.error().message));
    context.on('console', (message) => {
      const isPageError = message.type() === 'error' && !harmless.test(message.text());
      if (isPageError) complaints.push(message.text());
    });
    const page = await context.newPage();
    await goTo(page, origin + path);
    return page;
  },
};

beforeAll(async () => {
  provider = await startFakeProvider({
    apiKey: providerKey,
    models: { 'gpt-4o': 'good', 'claude-sonnet-4-5': 'good', 'gemini-2.5-flash': 'good' },
  });
  [browser, product] = await Promise.all([
    launchBrowser(),
    buildPages().then(() => startProduct()),
  ]);
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  await provider?.close();
});

afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
  expect(complaints.splice(0)).toEqual([]);
});

describe('access', () => describeAccess(stage));
describe('the tabs of a browser', () => describeTabs(stage));
describe('behind a proxy', () => describeBehindProxy(stage));
describe('channels', () => describeChannels(stage));
describe('live traffic', () => describeLiveTraffic(stage));
describe('arranging channels', () => describeArranging(stage));
describe('selecting channels', () => describeSelecting(stage));
describe('channels that code manages', () => describeManagedChannels(stage));
describe('preferences', () => describePreferences(stage));
describe('accessibility', () => describeAccessibility(stage));
describe('the API page', () => describeDocs(stage));
describe('the guide to the gateway', () => describeGateway(stage));
describe('the public status page', () => describePublicStatus(stage));
describe('a channel’s checks', () => describeViewer(stage));
describe('a channel over time', () => describeAnalysis(stage));
describe('the page of models', () => describeModels(stage));
describe('names of models', () => describeNames(stage));
describe('the page of incidents', () => describeIncidents(stage));
describe('the page of requests', () => describeRequests(stage));
describe('the pages with figures', () => describeDataPages(stage));
describe('the administration', () => describeAdmin(stage));
describe('alerts and maintenance', () => describeAlerts(stage));
describe('the records of the administration', () => describeAdminRecords(stage));
describe('weight', () => describeWeight(stage));
