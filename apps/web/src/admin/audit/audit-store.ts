import type { AuditAction, AuditEntry } from '@api-monitor/core';
import { type ApiClient, answerOf } from '../../api/client.ts';
import type { LanguageStore } from '../../shell/language-store.ts';
import type { Attempt, Attempting } from '../attempt.ts';
import { type AuditRow, auditRow } from './audit-row.ts';

/** What the log may be narrowed to, in the order of the choice. */
const filters = [
  'session.opened',
  'session.refused',
  'session.closed',
  'session.revoked',
  'settings.changed',
  'password.refused',
  'second_factor.enrolled',
  'second_factor.confirmed',
  'second_factor.removed',
  'recovery_codes.made',
  'target.created',
  'target.changed',
  'target.deleted',
  'target.run',
  'target.secret_read',
  'targets.reordered',
  'proxy_key.created',
  'proxy_key.changed',
  'proxy_key.regenerated',
  'proxy_key.revoked',
  'status_page.changed',
  'channels.exported',
  'channels.imported',
  'backup.downloaded',
] as const satisfies readonly AuditAction[];

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
  narrow(action: string): Promise<void>;
}

interface AuditOptions {
  client: ApiClient;
  language: LanguageStore;
  attempt: Attempt;
}

export function createAuditStore({ client, language, attempt }: AuditOptions): AuditStore {
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
    action: '',
    get actions() {
      return filters.map((value) => ({
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
    async narrow(action) {
      this.action = filters.find((it) => it === action) ?? '';
      await this.load();
    },
  };
}
