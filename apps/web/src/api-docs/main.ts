import Alpine from '@alpinejs/csp';
import { createShell, type ShellStores } from '../shell/start-shell.ts';
import { createDocsStore, type DocsStore } from './docs-store.ts';
import type { OpenApiDocument } from './open-api.ts';

const { addStore, language } = createShell({ page: 'docs', onTokenChange: () => {} });
const docs = addStore(
  'docs',
  createDocsStore({
    origin: location.origin,
    language,
    query: new URLSearchParams(location.search).get('q') ?? '',
    onSearch: (query) => {
      const search = query === '' ? '' : `?${new URLSearchParams({ q: query })}`;
      history.replaceState(null, '', location.pathname + search + location.hash);
    },
    fetchDocument,
    copyText: (text) => navigator.clipboard.writeText(text),
  }),
);

Alpine.start();
await docs.load();
// The browser looked for the anchor before the calls were there.
Alpine.nextTick(() => showAnchor());
addEventListener('hashchange', showAnchor);

/** The document describes the typed client's routes, and so is none of them itself. */
async function fetchDocument(): Promise<OpenApiDocument> {
  const response = await fetch('/api/openapi.json');
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}

function showAnchor(): void {
  const call = document.getElementById(location.hash.slice(1));
  if (!(call instanceof HTMLDetailsElement)) return;
  call.open = true;
  call.scrollIntoView();
}

/** What this page's markup may call `$store.…`. */
export interface Stores extends ShellStores {
  docs: DocsStore;
}
