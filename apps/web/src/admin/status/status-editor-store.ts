import { type ApiClient, answerOf } from '../../api/client.ts';
import type { LanguageStore } from '../../shell/language-store.ts';
import type { ToastStore } from '../../shell/toast-store.ts';
import type { Attempt, Attempting } from '../attempt.ts';

/** A line of the page as the form holds it; `key` tells lines apart while they have no id. */
interface StatusLine {
  key: number;
  name: string;
  slug: string;
  /** A channel's id as text; empty: any channel. */
  target: string;
  model: string;
}

/** The editor of the public status page. */
export interface StatusEditorStore extends Attempting {
  phase: 'loading' | 'ready' | 'failed';
  enabled: boolean;
  title: string;
  description: string;
  lines: StatusLine[];
  /** Ids as text, as the lines have them. */
  channels: { id: string; name: string }[];
  isChanged: boolean;
  /** The line whose badge was copied last. */
  copiedKey: number;
  load(): Promise<void>;
  touch(): void;
  add(): void;
  remove(key: number): void;
  move(key: number, by: number): void;
  badgeOf(line: StatusLine): string;
  copyBadge(line: StatusLine): Promise<void>;
  save(): Promise<void>;
}

interface StatusEditorOptions {
  client: ApiClient;
  origin: string;
  language: LanguageStore;
  toasts: ToastStore;
  attempt: Attempt;
  copyText(text: string): Promise<void>;
}

export function createStatusEditorStore(options: StatusEditorOptions): StatusEditorStore {
  const { client, language, attempt } = options;
  let lastKey = 0;
  const nextKey = () => {
    lastKey += 1;
    return lastKey;
  };
  return {
    phase: 'loading',
    isBusy: false,
    failure: '',
    enabled: false,
    title: '',
    description: '',
    lines: [],
    channels: [],
    isChanged: false,
    copiedKey: 0,
    async load() {
      if (this.isChanged) return;
      const isLoaded = await attempt(this, async () => {
        const [page, channels] = await Promise.all([
          answerOf(client.api.admin['status-page'].$get()),
          answerOf(client.api.admin.channels.$get()),
        ]);
        this.channels = channels.items.map(({ id, name }) => ({ id: String(id), name }));
        take(this, page.item, nextKey);
      });
      if (isLoaded) this.phase = 'ready';
      else if (this.phase !== 'ready') this.phase = 'failed';
    },
    touch() {
      this.isChanged = true;
    },
    add() {
      const line = { key: nextKey(), name: '', slug: '', target: '', model: '' };
      this.lines = [...this.lines, line];
      this.touch();
    },
    remove(key) {
      this.lines = this.lines.filter((it) => it.key !== key);
      this.touch();
    },
    move(key, by) {
      const from = this.lines.findIndex((it) => it.key === key);
      const to = from + by;
      const line = this.lines[from];
      if (!line || to < 0 || to >= this.lines.length) return;
      this.lines = this.lines.toSpliced(from, 1).toSpliced(to, 0, line);
      this.touch();
    },
    badgeOf(line) {
      return `${options.origin}/badge/${line.slug}.svg`;
    },
    async copyBadge(line) {
      await options.copyText(`![${line.name.replace(/[[\]\\]/g, '\\$&')}](${this.badgeOf(line)})`);
      this.copiedKey = line.key;
    },
    async save() {
      await attempt(this, async () => {
        const { enabled, title, description } = this;
        const items = this.lines.map(bodyOf);
        const json = { enabled, title, description, items };
        const { item } = await answerOf(client.api.admin['status-page'].$patch({ json }));
        take(this, item, nextKey);
        options.toasts.show(language.translator.t('admin.saved'));
      });
      this.failure = inWords(this.failure, language);
    },
  };
}

interface StatusPage {
  enabled: boolean;
  title: string;
  description: string;
  items: { slug: string; name: string; target_id: number | null; model: string | null }[];
}

function take(store: StatusEditorStore, page: StatusPage, nextKey: () => number): void {
  const { enabled, title, description } = page;
  const lines = page.items.map(({ name, slug, target_id, model }) => ({
    key: nextKey(),
    name,
    slug,
    target: target_id === null ? '' : String(target_id),
    model: model ?? '',
  }));
  Object.assign(store, { enabled, title, description, lines, isChanged: false });
}

function bodyOf({ name, slug, target, model }: StatusLine) {
  return {
    name,
    ...(slug.trim() === '' ? {} : { slug: slug.trim() }),
    target_id: target === '' ? null : Number(target),
    model: model.trim() === '' ? null : model.trim(),
  };
}

/** The API counts lines from 0; people count from 1. */
function inWords(failure: string, { translator }: LanguageStore): string {
  return failure.replace(/items\.(\d+)[. ]/, (_mark, index: string) =>
    translator.t('admin.status.line', { n: Number(index) + 1 }),
  );
}
