import { en } from './en/index.ts';
import { zh } from './zh/index.ts';

export type TextKey = keyof typeof en;
/** The keys that exist as `.one` and `.other`, without that ending. */
export type CountKey = TextKey extends infer K
  ? K extends `${infer Base}.one`
    ? Base
    : never
  : never;
export type Language = 'en' | 'zh';

type Values = Record<string, string | number>;

const dictionaries: Record<Language, Record<TextKey, string>> = { en, zh };

export interface Translator {
  readonly language: Language;
  /** The text of a key, with `{name}` replaced from `values`. */
  t(key: TextKey, values?: Values): string;
  /** The same for a counted text: picks `.one` or `.other`, and fills in `{count}`. */
  count(key: CountKey, count: number, values?: Values): string;
  /** Made once: making one costs more than a hundred uses. */
  readonly formats: TimeFormats;
}

export interface TimeFormats {
  relative: Intl.RelativeTimeFormat;
  /** Date and time to the second, with the zone. */
  exact: Intl.DateTimeFormat;
  clock: Intl.DateTimeFormat;
  /** Day, hour and minute, without the year. */
  moment: Intl.DateTimeFormat;
  utcDay: Intl.DateTimeFormat;
  seconds: Intl.DateTimeFormat;
  number: Intl.NumberFormat;
}

export function translatorFor(language: Language): Translator {
  const texts = dictionaries[language];
  const plurals = new Intl.PluralRules(language);
  const t = (key: TextKey, values: Values = {}) => fill(texts[key], values);
  return {
    language,
    t,
    count: (key, count, values = {}) =>
      t(`${key}.${plurals.select(count) === 'one' ? 'one' : 'other'}`, { count, ...values }),
    formats: {
      relative: new Intl.RelativeTimeFormat(language),
      exact: new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'long' }),
      clock: new Intl.DateTimeFormat(language, { timeStyle: 'short' }),
      moment: new Intl.DateTimeFormat(language, {
        month: 'short',
        day: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
      }),
      seconds: new Intl.DateTimeFormat(language, { timeStyle: 'medium', hourCycle: 'h23' }),
      utcDay: new Intl.DateTimeFormat(language, {
        month: 'short',
        day: 'numeric',
        timeZone: 'UTC',
      }),
      number: new Intl.NumberFormat(language),
    },
  };
}

export function isTextKey(key: string): key is TextKey {
  return Object.hasOwn(en, key);
}

/** The language that fits what was kept or, failing that, what the browser asks for. */
export function languageFrom(kept: string | null, wanted: string): Language {
  return (kept ?? wanted).toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (mark, name: string) => String(values[name] ?? mark));
}
