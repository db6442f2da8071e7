import { quote } from '../../text/quote.ts';
import type { IncidentBrief } from '../sending/news.ts';
import type { Phrases, SubjectWords } from './phrases.ts';

export const longestName = 80;

/** A language with a time zone. */
export interface Words {
  phrases: Phrases;
  time: (timeS: number) => string;
  lasted: (seconds: number) => string;
  /** The first names, and how many more there are. */
  list: (names: readonly string[], most: number, all?: number) => string;
  ofSubject: (subject: SubjectBrief) => SubjectWords;
}

export function wordsIn(phrases: Phrases, timeZone: string): Words {
  const { locale } = phrases;
  const time = new Intl.DateTimeFormat(locale, {
    ...{ timeZone, hourCycle: 'h23', timeZoneName: 'short' },
    ...{ year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' },
  });
  const day = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'medium' });
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const number = new Intl.NumberFormat(locale, {
    ...{ maximumFractionDigits: 2, maximumSignificantDigits: 2 },
    // Small amounts of money keep two figures.
    ...{ roundingPriority: 'morePrecision', signDisplay: 'negative' },
  });
  const lasted = (seconds: number) => phrases.duration(durationParts(seconds));
  return {
    phrases,
    time: (timeS) => time.format(timeS * 1000),
    lasted,
    list(names, most, all = names.length) {
      const shown = names.slice(0, most).map((name) => quote(name, longestName));
      return phrases.list(shown, all - shown.length);
    },
    ofSubject(subject) {
      const [channel, model, name] = namesOf(subject);
      const figureOf = (figure: string) => subject.figures[figure] ?? 0;
      const textOf = (figure: string) => {
        const value = figureOf(figure);
        return typeof value === 'number' ? number.format(value) : quote(value, longestName);
      };
      return {
        ...{ channel, model, name, figure: textOf },
        has: (figure) => subject.figures[figure] !== undefined,
        share: (figure) => percent.format(Number(figureOf(figure))),
        seconds: (figure) => `${textOf(figure)} s`,
        date: (figure) => day.format(Number(figureOf(figure)) * 1000),
      };
    },
  };
}

/** The two largest units that aren't zero. */
function durationParts(seconds: number): [count: number, unit: 'd' | 'h' | 'min' | 's'][] {
  const whole = Math.max(0, Math.round(seconds));
  const all: [number, 'd' | 'h' | 'min' | 's'][] = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ];
  const first = all.findIndex(([count]) => count > 0);
  if (first < 0) return [[0, 's']];
  return all.slice(first, first + 2).filter(([count]) => count > 0);
}

export type SubjectBrief = IncidentBrief['subjects'][number];

export function namesOf(
  subject: SubjectBrief | undefined,
): [channel: string, model: string, name: string] {
  const clean = (text: string | null | undefined) => quote(text ?? '', longestName);
  return [clean(subject?.channel), clean(subject?.model), clean(subject?.name)];
}
