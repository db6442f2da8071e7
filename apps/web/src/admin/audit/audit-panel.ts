import { type AuditAction, auditActions } from '@api-monitor/core';
import { load, type Phase } from '../../api/attempt.ts';
import { answerOf } from '../../api/client.ts';
import type { AuditEntry } from '../../api/wire-types.ts';
import { initially } from '../../shell/initially.ts';
import type { AdminParts } from '../parts.ts';
import { auditRow } from './audit-row.ts';

/** The audit log, page by page. */
export function createAuditPanel({ client, language, attempt, view }: AdminParts) {
  const read = async (panel: AuditPanel, beforeId: number | null): Promise<void> => {
    const action = actionIn(view.action);
    const query = {
      ...(action === null ? {} : { action }),
      ...(beforeId === null ? {} : { before_id: String(beforeId) }),
    };
    const { items, next_before_id } = await answerOf(client.api.admin.audit.$get({ query }));
    // The reader chose another action in the meantime.
    if (actionIn(view.action) !== action) return read(panel, null);
    panel.entries = beforeId === null ? items : [...panel.entries, ...items];
    panel.nextBeforeId = next_before_id;
  };
  return {
    phase: initially<Phase>('loading'),
    isBusy: false,
    failure: '',
    entries: initially<AuditEntry[]>([]),
    nextBeforeId: initially<number | null>(null),
    get action() {
      return actionIn(view.action) ?? '';
    },
    get actions() {
      return auditActions.map((value) => ({ value, text: language.t(`audit.action.${value}`) }));
    },
    get rows() {
      return this.entries.map((entry) => auditRow(entry, language.translator));
    },
    init() {
      view.follow({ tab: 'audit', show: () => this.load() });
    },
    load() {
      return load(attempt, this, () => read(this, null));
    },
    async loadMore() {
      await attempt(this, () => read(this, this.nextBeforeId));
    },
    async narrow(action: string) {
      view.narrow({ action });
      await this.load();
    },
  };
}

type AuditPanel = ReturnType<typeof createAuditPanel>;

function actionIn(text: string): AuditAction | null {
  return auditActions.find((it) => it === text) ?? null;
}
