import type { TextKey } from '../i18n/translate.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { ClientGuide, Setup } from './client-guide.ts';
import { type LiveModel, suggestModel } from './live-models.ts';

interface GuideView {
  id: string;
  name: string;
  note: string;
  samples: { id: string; label: string; code: string }[];
}

/** `/docs/proxy`: the reader's own address, key and model, in every example. */
export interface ProxyDocsStore {
  address: string;
  /** Never leaves the page. */
  key: string;
  model: string;
  models: LiveModel[];
  /** Whether the server has told what it offers; `locked`: it wants a token first. */
  phase: 'loading' | 'ready' | 'locked' | 'failed';
  copiedId: string;
  readonly groups: { name: string; guides: GuideView[] }[];
  readonly modelsText: string;
  setModel(model: string): void;
  load(): Promise<void>;
  copy(id: string, text: string): Promise<void>;
}

interface ProxyDocsOptions {
  address: string;
  model: string;
  language: LanguageStore;
  groups: readonly { name: TextKey; guides: readonly ClientGuide[] }[];
  /** Null: a token is needed. Rejects where the server is out of reach. */
  listModels(): Promise<LiveModel[] | null>;
  copyText(text: string): Promise<void>;
  onModelChange(model: string): void;
}

const keyPlaceholder = 'sk-am-…';
const modelPlaceholder = 'channel/model';
/** So many names a browser can offer while one types. */
const mostOffered = 2000;

export function createProxyDocsStore(options: ProxyDocsOptions): ProxyDocsStore {
  const { language } = options;
  return {
    address: options.address,
    key: '',
    model: options.model,
    models: [],
    phase: 'loading',
    copiedId: '',
    get groups() {
      const { t } = language.translator;
      return options.groups.map(({ name, guides }) => ({
        name: t(name),
        guides: guides.map((guide) => viewOf(guide, setupOf(this, guide), t(guide.note))),
      }));
    },
    get modelsText() {
      const { translator } = language;
      if (this.phase !== 'ready') return translator.t(`gateway.models.${this.phase}`);
      return translator.count('gateway.models.ready', this.models.length);
    },
    setModel(model) {
      this.model = model.trim();
      options.onModelChange(this.model);
    },
    async load() {
      try {
        const models = await options.listModels();
        this.models = models?.slice(0, mostOffered) ?? [];
        this.phase = models ? 'ready' : 'locked';
      } catch {
        this.phase = 'failed';
      }
    },
    async copy(id, text) {
      await options.copyText(text);
      this.copiedId = id;
    },
  };
}

function setupOf({ address, key, model, models }: ProxyDocsStore, { route }: ClientGuide): Setup {
  return {
    address: address.trim().replace(/\/+(v1\/*)?$/, ''),
    key: key.trim() || keyPlaceholder,
    model: model || (suggestModel(models, route) ?? modelPlaceholder),
  };
}

function viewOf({ id, name, samples }: ClientGuide, setup: Setup, note: string): GuideView {
  return {
    id,
    name,
    note,
    samples: samples.map(({ label, code }, index) => ({
      id: `${id}-${index}`,
      label,
      code: code(setup),
    })),
  };
}
