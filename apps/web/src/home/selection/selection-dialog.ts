import type { FieldErrors } from '@api-monitor/core';
import { type Attempt, idleAttempt, noErrors } from '../../api/attempt.ts';
import { tagsOf } from '../../channel-form/channel-form.ts';
import { initially } from '../../shell/initially.ts';
import type { LanguageStore } from '../../shell/language-store.ts';
import type { BulkChange } from './outcome-text.ts';
import type { Selection } from './selection.ts';

interface SelectionDialogOptions {
  selection: Selection;
  language: LanguageStore;
  attempt: Attempt;
  /** Every tag that a channel has. */
  tags(): readonly string[];
}

const emptyForm = { tags: '', interval_min: '' };

/** Asks for the tags or the interval that all selected channels get. */
export function createSelectionDialog(options: SelectionDialogOptions) {
  const { selection, language, attempt } = options;
  return {
    isOpen: false,
    isBusy: false,
    failure: '',
    errors: noErrors(emptyForm),
    mode: initially<'tag' | 'untag' | 'interval'>('tag'),
    form: { ...emptyForm },
    /** To choose from. */
    tags: initially<readonly string[]>([]),
    get title() {
      return language.count(`bulk.title.${this.mode}`, selection.count);
    },
    open(mode: 'tag' | 'untag' | 'interval') {
      const start = { mode, isOpen: true, form: { ...emptyForm }, tags: options.tags() };
      Object.assign(this, idleAttempt(emptyForm), start);
    },
    close() {
      this.isOpen = false;
    },
    async submit() {
      const { change, faults } = changeOf(this.mode, this.form);
      if (await attempt(this, () => selection.change(change), faults)) this.close();
    },
  };
}

function changeOf(
  mode: 'tag' | 'untag' | 'interval',
  form: typeof emptyForm,
): { change: BulkChange; faults: FieldErrors } {
  if (mode !== 'interval') {
    const tags = tagsOf(form.tags);
    const faults: FieldErrors = tags.length === 0 ? { tags: { code: 'required' } } : {};
    return { change: { action: mode, tags }, faults };
  }
  const interval_min = Number(form.interval_min.trim() || Number.NaN);
  const faults: FieldErrors = Number.isNaN(interval_min)
    ? { interval_min: { code: 'wrong_type' } }
    : {};
  return { change: { action: mode, interval_min }, faults };
}
