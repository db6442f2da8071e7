import type { ProxyKey } from '@api-monitor/core';
import { type ApiClient, answerOf } from '../../api/client.ts';
import type { LanguageStore } from '../../shell/language-store.ts';
import type { ToastStore } from '../../shell/toast-store.ts';
import type { AdminView } from '../admin-address.ts';
import type { Attempt, Attempting } from '../attempt.ts';
import type { ConfirmStore } from '../confirm-store.ts';
import type { RevealStore } from '../reveal-store.ts';
import { type KeyRow, type KeyUsage, keyRow, keyStateOf } from './key-row.ts';

/** The gateway's keys: a list, and what is done to one of them. */
export interface KeysStore extends Attempting {
  phase: 'loading' | 'ready' | 'failed';
  keys: ProxyKey[];
  usage: Map<number, KeyUsage>;
  channels: { id: number; name: string }[];
  areRevokedShown: boolean;
  readonly rows: KeyRow[];
  readonly revokedCount: number;
  load(): Promise<void>;
  put(key: ProxyKey): void;
  toggleRevoked(): void;
  pause(id: number, isPaused: boolean): Promise<void>;
  regenerate(id: number): Promise<void>;
  revoke(id: number): Promise<void>;
}

export interface KeysOptions {
  client: ApiClient;
  language: LanguageStore;
  toasts: ToastStore;
  confirm: ConfirmStore;
  reveal: RevealStore;
  attempt: Attempt;
  view: Pick<AdminView, 'areRevokedShown'>;
  onViewChange(): void;
  nowS(): number;
}

const usageSpanS = 30 * 86_400;

export function createKeysStore(options: KeysOptions): KeysStore {
  const { client, language, confirm, nowS } = options;
  const t: LanguageStore['translator']['t'] = (...key) => language.translator.t(...key);
  const actions = keyActions(options);
  return {
    phase: 'loading',
    isBusy: false,
    failure: '',
    keys: [],
    usage: new Map(),
    channels: [],
    areRevokedShown: options.view.areRevokedShown,
    get rows() {
      const nameOf = (id: number) => this.channels.find((it) => it.id === id)?.name ?? '';
      return this.keys
        .filter((key) => this.areRevokedShown || key.revoked_at === null)
        .map((key) => {
          const parts = { usage: this.usage.get(key.id), nameOf, nowS: nowS() };
          return keyRow(key, parts, language.translator);
        });
    },
    get revokedCount() {
      return this.keys.filter((key) => keyStateOf(key, nowS()) === 'revoked').length;
    },
    async load() {
      const isLoaded = await options.attempt(this, () => loadInto(this, client, nowS()));
      if (isLoaded) this.phase = 'ready';
      else if (this.phase !== 'ready') this.phase = 'failed';
    },
    put(key) {
      const isKnown = this.keys.some((it) => it.id === key.id);
      this.keys = isKnown
        ? this.keys.map((it) => (it.id === key.id ? key : it))
        : [key, ...this.keys];
    },
    toggleRevoked() {
      this.areRevokedShown = !this.areRevokedShown;
      options.onViewChange();
    },
    async pause(id, isPaused) {
      await actions.pause(this, id, isPaused);
    },
    async regenerate(id) {
      const name = nameIn(this, id);
      const isSure = await confirm.ask({
        title: t('admin.keys.regenerate.title', { name }),
        body: t('admin.keys.regenerate.body'),
        action: t('admin.keys.regenerate'),
      });
      if (isSure) await actions.regenerate(this, id);
    },
    async revoke(id) {
      const name = nameIn(this, id);
      const isSure = await confirm.ask({
        title: t('admin.keys.revoke.title', { name }),
        body: t('admin.keys.revoke.body'),
        action: t('admin.keys.revoke'),
      });
      if (isSure) await actions.revoke(this, id);
    },
  };
}

async function loadInto(store: KeysStore, client: ApiClient, nowS: number): Promise<void> {
  const query = { group_by: 'key', from: String(nowS - usageSpanS) } as const;
  const [keys, totals, channels] = await Promise.all([
    answerOf(client.api.proxy.keys.$get()),
    answerOf(client.api.proxy.requests.totals.$get({ query })),
    answerOf(client.api.admin.channels.$get()),
  ]);
  store.keys = keys.items.toReversed();
  store.usage = new Map(totals.items.map((it) => [Number(it.group), it]));
  store.channels = channels.items.map(({ id, name }) => ({ id, name }));
}

function keyActions({ client, language, toasts, reveal, attempt }: KeysOptions) {
  const t: LanguageStore['translator']['t'] = (...key) => language.translator.t(...key);
  const run = async (call: () => Promise<void>) => {
    const form = { isBusy: false, failure: '' };
    if (!(await attempt(form, call))) toasts.show(form.failure, { tone: 'bad' });
  };
  const keyRoute = client.api.proxy.keys[':id'];
  return {
    pause: (store: KeysStore, id: number, isPaused: boolean) =>
      run(async () => {
        const call = keyRoute.$patch({ param: { id: String(id) }, json: { enabled: !isPaused } });
        store.put((await answerOf(call)).item);
        const name = nameIn(store, id);
        toasts.show(t(isPaused ? 'admin.keys.paused_now' : 'admin.keys.resumed_now', { name }));
      }),
    regenerate: (store: KeysStore, id: number) =>
      run(async () => {
        const answer = await answerOf(keyRoute.regenerate.$post({ param: { id: String(id) } }));
        store.put(answer.item);
        const title = t('admin.keys.regenerated', { name: answer.item.name });
        reveal.show({ title, intro: t('admin.reveal.intro'), text: answer.proxy_key });
      }),
    revoke: (store: KeysStore, id: number) =>
      run(async () => {
        await answerOf(keyRoute.$delete({ param: { id: String(id) } }));
        const name = nameIn(store, id);
        await store.load();
        toasts.show(t('admin.keys.revoked_now', { name }));
      }),
  };
}

function nameIn({ keys }: KeysStore, id: number): string {
  return keys.find((it) => it.id === id)?.name ?? '';
}
