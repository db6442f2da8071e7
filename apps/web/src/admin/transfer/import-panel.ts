import type { InferResponseType } from 'hono/client';
import { faultText } from '../../api/attempt.ts';
import { type ApiClient, answerOf } from '../../api/client.ts';
import type { Translator } from '../../i18n/translate.ts';
import { initially } from '../../shell/initially.ts';
import type { AdminParts } from '../parts.ts';

type ImportRoute = ApiClient['api']['admin']['channels']['import'];
/** The result of an import or its preview for each channel in a file. */
type ImportPlan = InferResponseType<ImportRoute['$post'], 200>;
type PlannedItem = ImportPlan['items'][number];

const tones = { created: 'ok', changed: 'run', unchanged: 'idle', refused: 'bad' } as const;
const mostRows = 200;
const progressEveryMs = 400;

/** Imports channels from a file, after a preview of what would change. */
export function createImportPanel({ client, language, attempt, toasts }: AdminParts) {
  let file: File | null = null;
  const send = (body: File, isDryRun: boolean) => {
    const query = { dry_run: isDryRun ? '1' : '0' } as const;
    const headers = { 'content-type': 'application/octet-stream' };
    return answerOf(client.api.admin.channels.import.$post({ query }, { init: { body }, headers }));
  };
  return {
    isBusy: false,
    failure: '',
    fileName: '',
    plan: initially<ImportPlan | null>(null),
    progress: initially<{ done: number; total: number } | null>(null),
    get busyText() {
      const { progress, fileName } = this;
      if (progress) return language.t('transfer.writing', progress);
      return language.t('transfer.reading', { name: fileName });
    },
    get doneShare() {
      return this.progress ? this.progress.done / this.progress.total : 0;
    },
    get rows() {
      const items = this.plan?.items ?? [];
      return items.slice(0, mostRows).map((it) => rowOf(it, language.translator));
    },
    get fileNotes() {
      return notesOf(this.plan?.notes ?? [], language.translator);
    },
    get summary() {
      return this.plan ? language.t('transfer.summary', this.plan.counts) : '';
    },
    get changeCount() {
      return this.plan ? this.plan.counts.created + this.plan.counts.changed : 0;
    },
    get applyText() {
      return language.count('transfer.apply', this.changeCount);
    },
    async choose(field: HTMLInputElement) {
      file = field.files?.[0] ?? null;
      const chosen = file;
      if (!chosen) return;
      Object.assign(this, { fileName: chosen.name, plan: null });
      await attempt(this, async () => {
        this.plan = await send(chosen, true);
      });
      // Otherwise the browser fires no event if the same file is chosen again.
      field.value = '';
    },
    cancel() {
      file = null;
      Object.assign(this, { fileName: '', plan: null, failure: '' });
    },
    /** Without an answer, the bar stays as it is: the import itself says what fails. */
    async watchProgress() {
      const asked = answerOf(client.api.admin.channels.import.progress.$get());
      const { progress } = await asked.catch(() => this);
      if (this.isBusy) this.progress = progress;
    },
    async apply() {
      const chosen = file;
      if (!chosen) return;
      const watch = setInterval(() => void this.watchProgress(), progressEveryMs);
      const isDone = await attempt(this, async () => {
        const { counts } = await send(chosen, false);
        toasts.show(language.t('transfer.summary', counts));
      });
      clearInterval(watch);
      this.progress = null;
      if (isDone) this.cancel();
    },
  };
}

function rowOf(item: PlannedItem, translator: Translator) {
  const { index, name, outcome } = item;
  return {
    index,
    name: name ?? translator.t('transfer.unnamed', { n: index + 1 }),
    outcomeText: translator.t(`transfer.${outcome}`),
    tone: tones[outcome],
    note: noteOf(item, translator),
    notes: notesOf(item.notes, translator),
  };
}

function notesOf(notes: ImportPlan['notes'], { t }: Translator): string[] {
  return notes.map(({ code, params }) => t(`transfer.note.${code}`, params));
}

/** Why a channel is refused, or what would change. */
function noteOf({ outcome, reason, fields, changes }: PlannedItem, translator: Translator): string {
  const faults = Object.entries(fields);
  if (faults.length > 0) {
    return faults.map(([name, it]) => `${name}: ${faultText(it, translator)}`).join(' ');
  }
  if (outcome !== 'changed') return reason ?? '';
  const text = (value: (typeof changes)[number]['old']) => (value === null ? '—' : String(value));
  return changes.map((it) => `${it.field}: ${text(it.old)} → ${text(it.new)}`).join('; ');
}
