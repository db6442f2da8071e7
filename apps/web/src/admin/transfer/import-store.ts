import { ApiFailure, failureOf } from '../../api/failure.ts';
import type { Translator } from '../../i18n/translate.ts';
import type { LanguageStore } from '../../shell/language-store.ts';
import type { ToastStore } from '../../shell/toast-store.ts';
import type { Attempt, Attempting } from '../attempt.ts';

type Outcome = 'created' | 'changed' | 'unchanged' | 'refused';
type Value = string | number | boolean | null;

/** What the API says of a file: what became, or would become, of each channel in it. */
interface ImportPlan {
  counts: Record<Outcome, number>;
  items: {
    index: number;
    name: string | null;
    outcome: Outcome;
    reason: string | null;
    changes: { field: string; old: Value; new: Value }[];
  }[];
}

interface ImportRow {
  index: number;
  name: string;
  outcomeText: string;
  tone: 'ok' | 'run' | 'idle' | 'bad';
  note: string;
}

/** Channels from a file: first what would happen, then, if the reader agrees, it does. */
export interface ImportStore extends Attempting {
  fileName: string;
  plan: ImportPlan | null;
  readonly rows: ImportRow[];
  readonly summary: string;
  readonly canApply: boolean;
  readonly applyText: string;
  choose(files: FileList | null): Promise<void>;
  cancel(): void;
  apply(): Promise<void>;
}

interface ImportOptions {
  language: LanguageStore;
  toasts: ToastStore;
  attempt: Attempt;
  /** Empties the field, so that the same file can be chosen again. */
  resetField(): void;
}

const tones = { created: 'ok', changed: 'run', unchanged: 'idle', refused: 'bad' } as const;
const mostRows = 200;

export function createImportStore(options: ImportOptions): ImportStore {
  const { language, attempt, toasts } = options;
  let file: File | null = null;
  return {
    isBusy: false,
    failure: '',
    fileName: '',
    plan: null,
    get rows() {
      return (this.plan?.items ?? [])
        .slice(0, mostRows)
        .map((it) => rowOf(it, language.translator));
    },
    get summary() {
      return this.plan ? summaryOf(this.plan, language.translator) : '';
    },
    get canApply() {
      return this.plan !== null && this.plan.counts.created + this.plan.counts.changed > 0;
    },
    get applyText() {
      const { counts } = this.plan ?? { counts: { created: 0, changed: 0 } };
      return language.translator.count('transfer.apply', counts.created + counts.changed);
    },
    async choose(files) {
      const chosen = files?.[0];
      if (!chosen) return;
      file = chosen;
      Object.assign(this, { fileName: chosen.name, plan: null });
      await attempt(this, async () => {
        this.plan = await send(chosen, true);
      });
      options.resetField();
    },
    cancel() {
      file = null;
      Object.assign(this, { fileName: '', plan: null, failure: '' });
    },
    async apply() {
      const chosen = file;
      if (!chosen) return;
      const isDone = await attempt(this, async () => {
        const plan = await send(chosen, false);
        toasts.show(summaryOf(plan, language.translator));
      });
      if (isDone) this.cancel();
    },
  };
}

async function send(file: File, isDryRun: boolean): Promise<ImportPlan> {
  const response = await fetch(`/api/admin/channels/import?dry_run=${isDryRun ? 1 : 0}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: file,
  }).catch(() => null);
  if (!response) throw new ApiFailure(0, null);
  if (!response.ok) throw await failureOf(response);
  return response.json();
}

function rowOf(item: ImportPlan['items'][number], { t }: Translator): ImportRow {
  const { index, outcome, reason, changes } = item;
  const text = (value: Value) => (value === null ? '—' : String(value));
  const changed = changes.map((it) => `${it.field}: ${text(it.old)} → ${text(it.new)}`);
  return {
    index,
    name: item.name ?? t('transfer.unnamed', { n: index + 1 }),
    outcomeText: t(`transfer.${outcome}`),
    tone: tones[outcome],
    note: reason ?? (outcome === 'changed' ? changed.join('; ') : ''),
  };
}

function summaryOf({ counts }: ImportPlan, { t }: Translator): string {
  return t('transfer.summary', { ...counts });
}
