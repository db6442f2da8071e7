import { type AuditAction, type AuditEntry, auditActions } from '@api-monitor/core';
import { type ApiClient, answerOf } from '../../api/client.ts';
import type { LanguageStore } from '../../shell/language-store.ts';
import type { AdminView } from '../admin-address.ts';
import type { Attempt, Attempting } from '../attempt.ts';
import { type AuditRow, auditRow } from './audit-row.ts';

/** Who did what, page by page. */
export interface AuditStore extends Attempting {
  phase: 'loading' | 'ready' | 'failed';
  entries: AuditEntry[];
  nextBeforeId: number | null;
  action: AuditAction | '';
  readonly actions: { value: AuditAction; text: string }[];
  readonly rows: AuditRow[];
  load(): Promise<void>;
  loadMore(): Promise<void>;
  /** Chooses what the next `load` is narrowed to. */
  choose(action: string): void;
  narrow(action: string): Promise<void>;
}

interface AuditOptions {
  client: ApiClient;
  language: LanguageStore;
  attempt: Attempt;
  view: Pick<AdminView, 'action'>;
  onViewChange(): void;
}

export function createAuditStore(options: AuditOptions): AuditStore {
  const { client, language, attempt } = options;
  const read = async (store: AuditStore, beforeId: number | null) => {
    const { action } = store;
    const query = {
      ...(action === '' ? {} : { action }),
      ...(beforeId === null ? {} : { before_id: String(beforeId) }),
    };
    const { items, next_before_id } = await answerOf(client.api.admin.audit.$get({ query }));
    // Another choice was made meanwhile.
    if (store.action !== action) return;
    store.entries = beforeId === null ? items : [...store.entries, ...items];
    store.nextBeforeId = next_before_id;
  };
  return {
    phase: 'loading',
    isBusy: false,
    failure: '',
    entries: [],
    nextBeforeId: null,
    action: actionIn(options.view.action),
    get actions() {
      return auditActions.map((value) => ({
        value,
        text: language.translator.t(`audit.action.${value}`),
      }));
    },
    get rows() {
      return this.entries.map((entry) => auditRow(entry, language.translator));
    },
    async load() {
      const isLoaded = await attempt(this, () => read(this, null));
      if (isLoaded) this.phase = 'ready';
      else if (this.phase !== 'ready') this.phase = 'failed';
    },
    async loadMore() {
      await attempt(this, () => read(this, this.nextBeforeId));
    },
    choose(action) {
      this.action = actionIn(action);
    },
    async narrow(action) {
      this.choose(action);
      options.onViewChange();
      await this.load();
    },
  };
}

function actionIn(text: string): AuditAction | '' {
  return auditActions.find((it) => it === text) ?? '';
}
