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

/** Imports channels from a file or from pasted text, after a preview in which entries can be left out. */
export function createImportPanel({ client, language, attempt, toasts }: AdminParts) {
  let source: Blob | null = null;
  const send = (file: Blob, isDryRun: boolean, choices: ImportChoices) => {
    const query = { dry_run: isDryRun ? '1' : '0' } as const;
    const body = new FormData();
    body.set('file', file);
    body.set('choices', JSON.stringify(choices));
    return answerOf(client.api.admin.channels.import.$post({ query }, { init: { body } }));
  };
  return {
    isBusy: false,
    failure: '',
    fileName: '',
    form: { pasted: '' },
    plan: initially<ImportPlan | null>(null),
    /** The entries that are left out. */
    skip: initially<number[]>([]),
    /** Typed keys, by the places of their entries. */
    keys: initially<Record<string, string>>({}),
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
      const { skip, keys } = this;
      return items.slice(0, mostRows).map((it) => rowOf(it, { skip, keys }, language.translator));
    },
    get moreText() {
      const more = (this.plan?.items.length ?? 0) - mostRows;
      return more > 0 ? language.count('transfer.more', more) : '';
    },
    get fileNotes() {
      const { notes = [], alerts = [] } = this.plan ?? {};
      return [...notesOf(notes, language.translator), ...alertNotes(alerts, language.translator)];
    },
    get hasChanges() {
      const isChange = ({ outcome }: ImportPlan['alerts'][number]) =>
        outcome === 'created' || outcome === 'changed';
      return this.changeCount > 0 || (this.plan?.alerts ?? []).some(isChange);
    },
    get summary() {
      return this.plan ? language.t('transfer.summary', this.plan.counts) : '';
    },
    get changeCount() {
      return (this.plan?.items ?? []).filter((it) => isWritten(it) && !this.skip.includes(it.index))
        .length;
    },
    get applyText() {
      return language.count('transfer.apply', this.changeCount);
    },
    async choose(field: HTMLInputElement) {
      const chosen = field.files?.[0] ?? null;
      if (chosen) await this.preview(chosen, chosen.name);
      // Otherwise the browser fires no event if the same file is chosen again.
      field.value = '';
    },
    async paste() {
      const text = this.form.pasted;
      if (text.trim() !== '') await this.preview(new Blob([text]), language.t('transfer.pasted'));
    },
    async preview(chosen: Blob, fileName: string) {
      source = chosen;
      Object.assign(this, { fileName, plan: null, keys: {} });
      await attempt(this, async () => {
        const plan = await send(chosen, true, { skip: [], keys: {} });
        // The same channel twice is seldom meant.
        this.skip = plan.items.flatMap((it) => (repeats(it) ? [it.index] : []));
        this.plan = plan;
      });
    },
    tick(index: number) {
      const isOut = this.skip.includes(index);
      this.skip = isOut ? this.skip.filter((one) => one !== index) : [...this.skip, index];
    },
    /** All that would be written, or none if they are ticked already. */
    tickAll() {
      const written = (this.plan?.items ?? []).filter(isWritten).map(({ index }) => index);
      this.skip = this.changeCount === written.length ? written : [];
    },
    setKey(index: number, key: string) {
      this.keys = { ...this.keys, [index]: key };
    },
    cancel() {
      source = null;
      Object.assign(this, { fileName: '', plan: null, failure: '', keys: {}, skip: [] });
    },
    /** Without an answer, the bar stays as it is: the import itself says what fails. */
    async watchProgress() {
      const asked = answerOf(client.api.admin.channels.import.progress.$get());
      const { progress } = await asked.catch(() => this);
      if (this.isBusy) this.progress = progress;
    },
    async apply() {
      const chosen = source;
      if (!chosen) return;
      const watch = setInterval(() => void this.watchProgress(), progressEveryMs);
      const typed = Object.entries(this.keys).map(([index, key]) => [index, key.trim()]);
      const keys = Object.fromEntries(typed.filter(([, key]) => key !== ''));
      const isDone = await attempt(this, async () => {
        const { counts } = await send(chosen, false, { skip: this.skip, keys });
        toasts.show(language.t('transfer.summary', counts));
      });
      clearInterval(watch);
      this.progress = null;
      if (!isDone) return;
      this.cancel();
      this.form.pasted = '';
    },
  };
}

/** What a reader decided about the entries, by their places in the file. */
interface ImportChoices {
  skip: readonly number[];
  keys: Readonly<Record<string, string>>;
}

function isWritten({ outcome }: PlannedItem): boolean {
  return outcome === 'created' || outcome === 'changed';
}

function repeats({ notes }: PlannedItem): boolean {
  return notes.some(({ code }) => code === 'repeats');
}

function rowOf(item: PlannedItem, { skip, keys }: ImportChoices, translator: Translator) {
  const { index, name, outcome, notes } = item;
  const isKeyless = notes.some(({ code }) => code === 'keyless');
  const key = keys[index] ?? '';
  // With a key it isn't paused any more, unless for another reason.
  const isPaused = notes.some(
    ({ code }) => code === 'foreign_protocol' || code === 'disabled_there',
  );
  const gone = isPaused ? ['keyless'] : ['keyless', 'paused'];
  const shown = key.trim() === '' ? notes : notes.filter(({ code }) => !gone.includes(code));
  const label = name ?? translator.t('transfer.unnamed', { n: index + 1 });
  return {
    index,
    name: label,
    key,
    isKeyless,
    keyLabel: translator.t('transfer.key_of', { name: label }),
    tickLabel: translator.t('transfer.tick', { name: label }),
    canTick: isWritten(item),
    isTicked: isWritten(item) && !skip.includes(index),
    outcomeText: translator.t(`transfer.${outcome}`),
    tone: tones[outcome],
    note: noteOf(item, translator),
    notes: notesOf(shown, translator),
  };
}

/** What happens to the alerts of a file. */
function alertNotes(alerts: ImportPlan['alerts'], { t }: Translator): string[] {
  return alerts
    .filter(({ outcome }) => outcome !== 'unchanged')
    .map(({ name, outcome, reason }) => {
      const what = name === 'rules' ? t('transfer.alerts.rules') : name;
      const params = { name: what, outcome: t(`transfer.${outcome}`) };
      const line = t('transfer.alerts', params);
      return reason === null ? line : `${line} – ${reason}`;
    });
}

function notesOf(notes: ImportPlan['notes'], { t }: Translator): string[] {
  return notes.map(({ code, params }) => t(`transfer.note.${code}`, params));
}

/** Why a channel is refused, where a new one is, or what would change. */
function noteOf({ outcome, reason, fields, changes }: PlannedItem, translator: Translator): string {
  const faults = Object.entries(fields);
  if (faults.length > 0) {
    return faults.map(([name, it]) => `${name}: ${faultText(it, translator)}`).join(' ');
  }
  const address = changes.find(({ field }) => field === 'base_url')?.new ?? '';
  if (outcome === 'created') return String(address);
  if (outcome !== 'changed') return reason ?? '';
  const text = (value: (typeof changes)[number]['old']) => (value === null ? '—' : String(value));
  return changes.map((it) => `${it.field}: ${text(it.old)} → ${text(it.new)}`).join('; ');
}
