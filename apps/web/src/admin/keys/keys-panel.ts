import { load, type Phase } from '../../api/attempt.ts';
import { answerOf } from '../../api/client.ts';
import type { KeyBudget, KeyTotals, ProxyKey } from '../../api/wire-types.ts';
import { initially } from '../../shell/initially.ts';
import type { AdminParts } from '../parts.ts';
import { createKeyEditor } from './key-editor.ts';
import { keyRow, keyStateOf } from './key-row.ts';

const usageSpanS = 30 * 86_400;

/** The list of the gateway's keys, and the actions on a key. */
export function createKeysPanel(parts: AdminParts) {
  const { client, language, toasts, confirm, reveal, attempt, perform, view, nowS } = parts;
  const route = client.api.proxy.keys[':id'];
  const paramOf = (id: number) => ({ param: { id: String(id) } });
  return {
    phase: initially<Phase>('loading'),
    isBusy: false,
    failure: '',
    keys: initially<ProxyKey[]>([]),
    /** Usage in the last 30 days, by key. */
    usage: new Map<number, KeyTotals>(),
    budgets: initially<KeyBudget[]>([]),
    /** What money is called. */
    currency: 'USD',
    channels: initially<{ id: number; name: string }[]>([]),
    editor: createKeyEditor(parts),
    get rows() {
      const nameOf = (id: number) => this.channels.find((it) => it.id === id)?.name ?? '';
      return this.keys
        .filter((key) => view.areRevokedShown || key.revoked_at === null)
        .map((key) => {
          const budgets = this.budgets.filter(({ key_id }) => key_id === key.id);
          const { currency } = this;
          const usage = this.usage.get(key.id);
          const details = { usage, budgets, currency, nameOf, nowS: nowS() };
          return keyRow(key, details, language.translator);
        });
    },
    get revokedCount() {
      return this.keys.filter((key) => keyStateOf(key, nowS()) === 'revoked').length;
    },
    init() {
      view.follow({ tab: 'keys', show: () => this.load() });
    },
    load() {
      return load(attempt, this, async () => {
        const query = { group_by: 'key', from: String(nowS() - usageSpanS) } as const;
        const [keys, totals, channels, budgets, settings] = await Promise.all([
          answerOf(client.api.proxy.keys.$get()),
          answerOf(client.api.proxy.requests.totals.$get({ query })),
          answerOf(client.api.admin.channels.$get()),
          answerOf(client.api.proxy.keys.budgets.$get()),
          answerOf(client.api.admin.settings.$get()),
        ]);
        this.currency = settings.item.currency;
        this.budgets = budgets.items;
        this.keys = keys.items.toReversed();
        this.usage = new Map(totals.items.map((it) => [Number(it.group), it]));
        this.channels = channels.items.map(({ id, name }) => ({ id, name }));
      });
    },
    put(key: ProxyKey) {
      const isKnown = this.keys.some((it) => it.id === key.id);
      this.keys = isKnown
        ? this.keys.map((it) => (it.id === key.id ? key : it))
        : [key, ...this.keys];
    },
    nameOf(id: number) {
      return this.keys.find((it) => it.id === id)?.name ?? '';
    },
    toggleRevoked() {
      view.narrow({ areRevokedShown: !view.areRevokedShown });
    },
    /** Shows a key that was saved, whose budgets may be others now. */
    async take(key: ProxyKey) {
      this.put(key);
      const { items } = await answerOf(client.api.proxy.keys.budgets.$get());
      this.budgets = items;
    },
    add() {
      this.editor.open(null, (key) => void this.take(key));
    },
    edit(id: number) {
      const key = this.keys.find((it) => it.id === id);
      if (key) this.editor.open(key, (changed) => void this.take(changed));
    },
    async pause(id: number, isPaused: boolean) {
      await perform(async () => {
        const call = route.$patch({ ...paramOf(id), json: { enabled: !isPaused } });
        const { item } = await answerOf(call);
        this.put(item);
        const key = isPaused ? 'admin.keys.paused_now' : 'admin.keys.resumed_now';
        toasts.show(language.t(key, { name: item.name }));
      });
    },
    async regenerate(id: number) {
      const isConfirmed = await confirm.ask({
        title: language.t('admin.keys.regenerate.title', { name: this.nameOf(id) }),
        body: language.t('admin.keys.regenerate.body'),
        action: language.t('admin.keys.regenerate'),
      });
      if (!isConfirmed) return;
      await perform(async () => {
        const { item, proxy_key } = await answerOf(route.regenerate.$post(paramOf(id)));
        this.put(item);
        reveal.show({
          title: language.t('admin.keys.regenerated', { name: item.name }),
          intro: language.t('admin.reveal.intro'),
          text: proxy_key,
        });
      });
    },
    async revoke(id: number) {
      const name = this.nameOf(id);
      const isConfirmed = await confirm.ask({
        title: language.t('admin.keys.revoke.title', { name }),
        body: language.t('admin.keys.revoke.body'),
        action: language.t('admin.keys.revoke'),
      });
      if (!isConfirmed) return;
      await perform(async () => {
        await answerOf(route.$delete(paramOf(id)));
        await this.load();
        toasts.show(language.t('admin.keys.revoked_now', { name }));
      });
    },
  };
}
