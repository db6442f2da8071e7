import Alpine from '@alpinejs/csp';
import { answerOf } from '../api/client.ts';
import { ApiFailure } from '../api/failure.ts';
import { gateway as en } from '../i18n/en/gateway.ts';
import { gateway as zh } from '../i18n/zh/gateway.ts';
import { createShell, type ShellStores } from '../shell/start-shell.ts';
import { httpGuides } from './http-guides.ts';
import { type LiveModel, liveModels } from './live-models.ts';
import { createProxyDocsStore, type ProxyDocsStore } from './proxy-docs-store.ts';
import { sdkGuides } from './sdk-guides.ts';
import { toolGuides } from './tool-guides.ts';

const { addStore, client, language } = createShell({
  page: 'gateway',
  onTokenChange: () => void gateway.load(),
  texts: { en, zh },
});
const gateway = addStore(
  'gateway',
  createProxyDocsStore({
    address: location.origin,
    model: new URLSearchParams(location.search).get('model') ?? '',
    language,
    groups: [
      { name: 'gateway.group.http', guides: httpGuides },
      { name: 'gateway.group.sdk', guides: sdkGuides },
      { name: 'gateway.group.cli', guides: toolGuides.filter((it) => it.group === 'cli') },
      { name: 'gateway.group.app', guides: toolGuides.filter((it) => it.group === 'app') },
    ],
    listModels,
    copyText: (text) => navigator.clipboard.writeText(text),
    onModelChange: keepInAddress,
  }),
);

Alpine.start();
// The browser looked for the anchor before the guides were there.
Alpine.nextTick(() => showAnchor());
addEventListener('hashchange', showAnchor);
await gateway.load();

async function listModels(): Promise<LiveModel[] | null> {
  try {
    const { items } = await answerOf(client.api.targets.$get({ query: { history: '0' } }));
    return liveModels(items);
  } catch (error) {
    const isLocked = error instanceof ApiFailure && [401, 403, 429].includes(error.status);
    if (isLocked) return null;
    throw error;
  }
}

function keepInAddress(model: string): void {
  const query = model === '' ? '' : `?model=${encodeURIComponent(model)}`;
  history.replaceState(null, '', `${location.pathname}${query}${location.hash}`);
}

function showAnchor(): void {
  const section = document.getElementById(location.hash.slice(1));
  if (section instanceof HTMLDetailsElement) section.open = true;
  section?.scrollIntoView();
}

/** What this page's markup may call `$store.…`. */
export interface Stores extends ShellStores {
  gateway: ProxyDocsStore;
}
