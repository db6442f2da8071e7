/** A channel's choice of models while its dialog is open. */
export interface ModelChoice {
  /** All models, those that the channel adds later included: an empty list on the wire. */
  all: boolean;
  chosen: ReadonlySet<string>;
}

export interface AvailableModel {
  model: string;
  success: boolean | null;
}

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

/** The wire's `selected_models`; null where nothing is chosen, since an empty list means all. */
export function selectedModelsOf(choice: ModelChoice): string[] | null {
  if (choice.all) return [];
  return choice.chosen.size === 0 ? null : [...choice.chosen];
}

/** A chosen model that the channel no longer lists can still be seen and let go. */
export function withChosen(
  available: readonly AvailableModel[],
  selected: readonly string[],
): AvailableModel[] {
  const known = new Set(available.map((it) => it.model));
  const gone = selected.filter((it) => !known.has(it)).map((model) => ({ model, success: null }));
  return [...available, ...gone];
}
