import type { InferResponseType } from 'hono/client';
import type { ApiClient } from '../api/client.ts';
import type { Translator } from '../i18n/translate.ts';

/** A channel's choice of models while its dialog is open. */
export interface ModelChoice {
  /** All models, including those that the channel adds later: an empty list on the wire. */
  all: boolean;
  chosen: ReadonlySet<string>;
}

type ListedModel = InferResponseType<
  ApiClient['api']['targets'][':id']['models']['$get'],
  200
>['item']['available_models'][number];

/** A model that a channel lists, or one that was chosen and is no longer listed. */
export type AvailableModel = Pick<ListedModel, 'model'> & {
  success: ListedModel['success'] | null;
};

export function choiceOf(
  selected: readonly string[],
  available: readonly AvailableModel[],
): ModelChoice {
  return selected.length === 0 ? chooseAll(available) : { all: false, chosen: new Set(selected) };
}

export function chooseAll(available: readonly AvailableModel[]): ModelChoice {
  return { all: true, chosen: new Set(available.map((it) => it.model)) };
}

export function chooseLastOk(available: readonly AvailableModel[]): ModelChoice {
  return {
    all: false,
    chosen: new Set(available.filter((it) => it.success === true).map((it) => it.model)),
  };
}

export const chooseNone: ModelChoice = { all: false, chosen: new Set() };

export function toggleModel(choice: ModelChoice, model: string): ModelChoice {
  const chosen = new Set(choice.chosen);
  if (!chosen.delete(model)) chosen.add(model);
  return { all: false, chosen };
}

/** The wire's `selected_models`; null if nothing is chosen, because an empty list means all. */
export function selectedModelsOf(choice: ModelChoice): string[] | null {
  if (choice.all) return [];
  return choice.chosen.size === 0 ? null : [...choice.chosen];
}

/** A chosen model that the channel no longer lists can still be seen and removed. */
export function withChosen(
  available: readonly AvailableModel[],
  selected: readonly string[],
): AvailableModel[] {
  const known = new Set(available.map((it) => it.model));
  const gone = selected.filter((it) => !known.has(it)).map((model) => ({ model, success: null }));
  return [...available, ...gone];
}

const maxRows = 200;

/** The models that match a search, with the choice, as the dialog prints them. */
export function pickerView(
  available: readonly AvailableModel[],
  choice: ModelChoice,
  query: string,
  translator: Translator,
) {
  const wanted = query.trim().toLowerCase();
  const matching = available.filter((it) => it.model.toLowerCase().includes(wanted));
  const more = matching.length - maxRows;
  return {
    isAll: choice.all,
    rows: matching.slice(0, maxRows).map(({ model, success }) => ({
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
