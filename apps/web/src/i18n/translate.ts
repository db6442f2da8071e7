import type { admin } from './en/admin.ts';
import type { adminRecords } from './en/admin-records.ts';
import type { gateway } from './en/gateway.ts';
import { en } from './en/index.ts';
import { zh } from './zh/index.ts';

type Texts = typeof en & typeof admin & typeof adminRecords & typeof gateway;
export type TextKey = keyof Texts;
/** The keys that exist as `.one` and `.other`, without that ending. */
export type CountKey = TextKey extends infer K
  ? K extends `${infer Base}.one`
    ? Base
    : never
  : never;
export type Language = 'en' | 'zh';

type Values = Record<string, string | number>;

/** Texts that one page alone has: no other page is to carry them. */
export type PageTexts = Record<Language, Partial<Record<TextKey, string>>>;

const shared: Record<Language, Record<keyof typeof en, string>> = { en, zh };

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

/** Throws where a text is asked for that neither the shared ones nor the page's own have. */
export function translatorFor(language: Language, own?: PageTexts): Translator {
  const texts: Partial<Record<TextKey, string>> = { ...shared[language], ...own?.[language] };
  const plurals = new Intl.PluralRules(language);
  const t = (key: TextKey, values: Values = {}) => {
    const text = texts[key];
    if (text === undefined) throw new Error(`No text is called ${key}`);
    return fill(text, values);
  };
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

/** The language that fits what was kept or, failing that, what the browser asks for. */
export function languageFrom(kept: string | null, wanted: string): Language {
  return (kept ?? wanted).toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (mark, name: string) => String(values[name] ?? mark));
}
