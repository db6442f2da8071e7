import type { LanguageStore } from '../shell/language-store.ts';
import type { OpenApiDocument } from './open-api.ts';
import { type CallGroup, readDocument, searchCalls } from './read-document.ts';

export interface DocsStore {
  phase: 'loading' | 'ready' | 'failed';
  about: string;
  groups: CallGroup[];
  query: string;
  /** The call whose example was copied last. */
  copiedId: string;
  load(): Promise<void>;
  search(query: string): void;
  copy(id: string, example: string): Promise<void>;
  groupName(name: string): string;
  placeName(place: string): string;
}

interface DocsOptions {
  origin: string;
  language: LanguageStore;
  query: string;
  onSearch(query: string): void;
  fetchDocument(): Promise<OpenApiDocument>;
  copyText(text: string): Promise<void>;
}

export function createDocsStore(options: DocsOptions): DocsStore {
  let all: CallGroup[] = [];
  return {
    phase: 'loading',
    about: '',
    groups: [],
    query: options.query,
    copiedId: '',
    async load() {
      try {
        const document = await options.fetchDocument();
        all = readDocument(document, options.origin);
        this.about = document.info.description ?? '';
        this.groups = searchCalls(all, this.query);
        this.phase = 'ready';
      } catch {
        this.phase = 'failed';
      }
    },
    search(query) {
      this.query = query;
      options.onSearch(query);
      this.groups = searchCalls(all, query);
    },
    async copy(id, example) {
      await options.copyText(example);
      this.copiedId = id;
    },
    groupName(name) {
      return name === '' ? options.language.translator.t('docs.other') : name;
    },
    placeName(place) {
      const { t } = options.language.translator;
      switch (place) {
        case 'path':
        case 'query':
        case 'header':
        case 'cookie':
          return t(`docs.in.${place}`);
        default:
          return place;
      }
    },
  };
}
