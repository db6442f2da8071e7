import type { ErrorKind } from '@api-monitor/core';
import type { Series } from '../charts/chart-sketch.ts';
import type { Translator } from '../i18n/translate.ts';
import type { Subject } from './chart-view.ts';

/** As many colours as the palette tells apart. */
const mostColours = 6;

/** How often each kind of error occurred, in sum over all subjects; the most frequent kind first. */
export function errorSeries(subjects: readonly Subject[], { t }: Translator): Series[] {
  const sums = new Map<ErrorKind, number[]>();
  for (const { kind, counts } of subjects.flatMap(({ figures }) => figures.series.errors)) {
    const sum = sums.get(kind) ?? counts.map(() => 0);
    sums.set(
      kind,
      sum.map((count, step) => count + (counts[step] ?? 0)),
    );
  }
  return [...sums]
    .sort(([, a], [, b]) => total(b) - total(a))
    .map(([kind, values], index) => ({
      name: t(`kind.${kind}`),
      color: index < mostColours ? index : 'muted',
      isDashed: false,
      values,
    }));
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
