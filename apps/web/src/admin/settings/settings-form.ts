/** The settings that are no secrets, as the form holds them: numbers as typed. */
export interface SettingsForm {
  visitor_mode_enabled: boolean;
  log_cleanup_enabled: boolean;
  log_max_size_mb: string;
  default_interval_min: string;
}

export type SettingsField = keyof SettingsForm;

interface PlainSettings {
  visitor_mode_enabled: boolean;
  log_cleanup_enabled: boolean;
  log_max_size_mb: number;
  default_interval_min: number;
}

export const emptySettings: SettingsForm = {
  visitor_mode_enabled: false,
  log_cleanup_enabled: true,
  log_max_size_mb: '',
  default_interval_min: '',
};

export function settingsFormOf(settings: PlainSettings): SettingsForm {
  return {
    visitor_mode_enabled: settings.visitor_mode_enabled,
    log_cleanup_enabled: settings.log_cleanup_enabled,
    log_max_size_mb: String(settings.log_max_size_mb),
    default_interval_min: String(settings.default_interval_min),
  };
}

/** The number fields that hold none: the server would take that for “as before”. */
export function faultyNumbers(form: SettingsForm): SettingsField[] {
  const fields = ['log_max_size_mb', 'default_interval_min'] as const;
  return fields.filter((field) => Number.isNaN(numberIn(form[field])));
}

/** The fields that differ from what is in force. */
export function changedSettings(form: SettingsForm, before: PlainSettings): Partial<PlainSettings> {
  const next: PlainSettings = {
    ...form,
    log_max_size_mb: numberIn(form.log_max_size_mb),
    default_interval_min: numberIn(form.default_interval_min),
  };
  const entries = Object.entries(next).filter(
    ([name, value]) => value !== Object.entries(before).find(([it]) => it === name)?.[1],
  );
  return Object.fromEntries(entries);
}

/** The field that the API's sentence begins with. */
export function settingNamedIn(sentence: string): SettingsField | null {
  const names = Object.keys(emptySettings) as SettingsField[];
  return names.find((name) => sentence.startsWith(name)) ?? null;
}

function numberIn(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}
