import type { Translator } from '../i18n/translate.ts';
import { type AvailableModel, type ModelChoice, selectedModelsOf } from './model-choice.ts';

/** What the dialog shows of a choice of models, ready to print. */
export interface PickerView {
  isAll: boolean;
  rows: { model: string; isChosen: boolean; tone: 'ok' | 'bad' | 'idle' }[];
  countText: string;
  moreText: string;
  /** Whether the choice can be saved: nothing at all can't. */
  canSave: boolean;
}

const mostRows = 200;

export function pickerView(
  available: readonly AvailableModel[],
  choice: ModelChoice,
  query: string,
  translator: Translator,
): PickerView {
  const wanted = query.trim().toLowerCase();
  const fitting = available.filter((it) => it.model.toLowerCase().includes(wanted));
  const more = fitting.length - mostRows;
  return {
    isAll: choice.all,
    rows: fitting.slice(0, mostRows).map(({ model, success }) => ({
      model,
      isChosen: choice.chosen.has(model),
      tone: success === null ? 'idle' : success ? 'ok' : 'bad',
    })),
    countText: countTextOf(choice, available.length, translator),
    moreText: more > 0 ? translator.count('picker.more', more) : '',
    canSave: selectedModelsOf(choice) !== null,
  };
}

function countTextOf(choice: ModelChoice, total: number, { t }: Translator): string {
  if (choice.all) return t('picker.all_note');
  const count = choice.chosen.size;
  return count === 0 ? t('picker.need_one') : t('picker.count', { count, total });
}
