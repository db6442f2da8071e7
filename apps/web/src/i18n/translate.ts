import type { admin } from './en/admin.ts';
import type { alerts } from './en/alerts.ts';
import type { analysis } from './en/analysis.ts';
import type { gateway } from './en/gateway.ts';
import type { incidents } from './en/incidents.ts';
import { en } from './en/index.ts';
import type { models } from './en/models.ts';
import type { spend } from './en/spend.ts';
import { zh } from './zh/index.ts';

export type TextKey = keyof (typeof en &
  typeof admin &
  typeof gateway &
  typeof incidents &
  typeof models &
  typeof alerts &
  typeof analysis &
  typeof spend);
/** The keys that exist as `.one` and `.other`, without that ending. */
export type CountKey = TextKey extends infer K
  ? K extends `${infer Base}.one`
    ? Base
    : never
  : never;
export type Language = 'en' | 'zh';

type Values = Record<string, string | number>;
type Texts = Partial<Record<TextKey, string>>;

/** Texts that only one page loads. */
export type PageTexts = Record<Language, Texts>;

const shared: Record<Language, Texts> = { en, zh };

export type Translator = ReturnType<typeof translatorFor>;

/** The texts and formats of a language: those of every page, and a page's own. */
export function translatorFor(language: Language, own?: PageTexts) {
  const texts: Texts = { ...shared[language], ...own?.[language] };
  const plurals = new Intl.PluralRules(language);
  /** The text of a key, with `{name}` replaced from `values`. Throws if the page has no such text. */
  const t = (key: TextKey, values: Values = {}): string => {
    const text = texts[key];
    if (text === undefined) throw new Error(`No text is called ${key}`);
    return text.replace(/\{(\w+)\}/g, (mark, name: string) => String(values[name] ?? mark));
  };
  /** The text for a count: `.one` or `.other`, with `{count}` filled in too. */
  const count = (key: CountKey, count: number, values: Values = {}): string =>
    t(`${key}.${plurals.select(count) === 'one' ? 'one' : 'other'}`, { count, ...values });
  return { language, t, count, formats: formatsOf(language) };
}

/** Created once per language, because creating one costs more than a hundred uses. */
function formatsOf(language: Language) {
  return {
    relative: new Intl.RelativeTimeFormat(language),
    /** Date and time to the second, with the zone. */
    exact: new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'long' }),
    clock: new Intl.DateTimeFormat(language, { timeStyle: 'short' }),
    /** Day, hour and minute, without the year. */
    moment: new Intl.DateTimeFormat(language, {
      month: 'short',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }),
    seconds: new Intl.DateTimeFormat(language, { timeStyle: 'medium', hourCycle: 'h23' }),
    day: new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric' }),
    utcDay: new Intl.DateTimeFormat(language, {
      month: 'short',
      day: 'numeric',
      timeZone: 'UTC',
    }),
    number: new Intl.NumberFormat(language),
  };
}

/** The remembered language or, if there is none, the one that the browser prefers. */
export function languageFrom(kept: string | null, wanted: string): Language {
  return (kept ?? wanted).toLowerCase().startsWith('zh') ? 'zh' : 'en';
}
