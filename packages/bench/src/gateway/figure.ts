import { type ContenderName, contenderNames } from './contenders.ts';
import { median } from './quantile.ts';

/** A row of the table: one value a round of each contender. */
export interface Figure {
  name: string;
  values: Record<ContenderName, readonly number[]>;
  /** What the gateway's median is held against: a share of nginx's, what it adds to direct, itself. */
  compare: 'to_nginx' | 'to_direct' | 'alone';
  /** What it should be, for the reader. */
  target: string;
}

/** The figures as a Markdown table: medians, and the least and the most of all rounds. */
export function tableOf(figures: readonly Figure[]): string {
  const head = [
    `| ${['median (least - most of the rounds)', ...contenderNames, 'compared', 'target'].join(' | ')} |`,
    `| --- |${' ---: |'.repeat(contenderNames.length + 2)}`,
  ];
  return [...head, ...figures.map(rowOf)].join('\n');
}

function rowOf({ name, values, compare, target }: Figure): string {
  const cells = contenderNames.map((contender) => spreadOf(values[contender]));
  return `| ${[name, ...cells, comparisonOf(values, compare), target].join(' | ')} |`;
}

function comparisonOf(values: Figure['values'], compare: Figure['compare']): string {
  const { direct, nginx, gateway } = values;
  switch (compare) {
    case 'to_nginx':
      return `${(median(gateway) / median(nginx)).toFixed(2)} of nginx`;
    case 'to_direct': {
      const added = median(gateway) - median(direct);
      return `${added < 0 ? '-' : '+'}${readable(Math.abs(added))} to direct`;
    }
    case 'alone':
      return readable(median(gateway));
  }
}

/** "median (least - most)". */
export function spreadOf(values: readonly number[]): string {
  const range = `${readable(Math.min(...values))} - ${readable(Math.max(...values))}`;
  return `${readable(median(values))} (${range})`;
}

/** Three digits or so, whatever the size. */
function readable(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value.toFixed(value >= 10 ? 1 : 2);
}
