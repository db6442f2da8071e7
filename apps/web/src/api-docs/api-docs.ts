import { monitorAddress, pagePath } from '../shell/base-path.ts';
import { initially } from '../shell/initially.ts';
import type { Shell } from '../shell/start-shell.ts';
import { openDetailsInHash } from '../ui/open-details.ts';
import type { OpenApiDocument } from './open-api.ts';
import { type CallGroup, readDocument, searchCalls } from './read-document.ts';

/** `/docs/api`: every call in the API's OpenAPI document. */
export function createApiDocs({ language, copyText }: Pick<Shell, 'language' | 'copyText'>) {
  let all: CallGroup[] = [];
  return {
    phase: initially<'loading' | 'ready' | 'failed'>('loading'),
    about: '',
    groups: initially<CallGroup[]>([]),
    query: new URLSearchParams(location.search).get('q') ?? '',
    /** The call whose example was copied last. */
    copiedId: '',
    async init() {
      try {
        const document = await fetchDocument();
        all = readDocument(document, monitorAddress());
        this.about = document.info.description ?? '';
        this.groups = searchCalls(all, this.query);
        this.phase = 'ready';
        openDetailsInHash();
      } catch {
        this.phase = 'failed';
      }
    },
    search(query: string) {
      const search = query === '' ? '' : `?${new URLSearchParams({ q: query })}`;
      history.replaceState(null, '', location.pathname + search + location.hash);
      this.query = query;
      this.groups = searchCalls(all, query);
    },
    async copy(id: string, example: string) {
      await copyText(example);
      this.copiedId = id;
    },
    groupName(name: string) {
      return name === '' ? language.t('docs.other') : name;
    },
    placeName(place: string) {
      switch (place) {
        case 'path':
        case 'query':
        case 'header':
        case 'cookie':
          return language.t(`docs.in.${place}`);
        default:
          return place;
      }
    },
  };
}

/** The document doesn't describe its own route, so the typed client doesn't have it. */
async function fetchDocument(): Promise<OpenApiDocument> {
  const response = await fetch(pagePath('/api/openapi.json'));
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}
