/** A row of the table: by contender, one value for each round. */
export interface Figure {
  name: string;
  values: ReadonlyMap<string, readonly number[]>;
  /** What the gateway's median is compared with: a share of nginx's, what it adds to direct, nothing. */
  compare: 'to_nginx' | 'to_direct' | 'alone';
  /** What it should be, for the reader. */
  target: string;
}

/** The figures as a Markdown table: medians, with the smallest and largest value of all rounds. */
export function tableOf(figures: readonly Figure[]): string {
  const names = [...(figures[0]?.values.keys() ?? [])];
  const isCompared = names.includes('before');
  const head = ['median (least - most of the rounds)', ...names, 'compared', 'target'];
  if (isCompared) head.push('of before');
  const rows = figures.map(({ name, values, compare, target }) => {
    const cells = names.map((contender) => spreadOf(values.get(contender) ?? []));
    const row = [name, ...cells, comparisonOf(values, compare), target];
    return isCompared ? [...row, ratioOf(values, 'gateway', 'before')] : row;
  });
  const line = head.map((_, at) => (at === 0 ? '---' : '---:'));
  return [head, line, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function comparisonOf(values: Figure['values'], compare: Figure['compare']): string {
  const medianOf = (name: string) => median(values.get(name) ?? []);
  switch (compare) {
    case 'to_nginx':
      return `${ratioOf(values, 'gateway', 'nginx')} of nginx`;
    case 'to_direct': {
      const added = medianOf('gateway') - medianOf('direct');
      return `${added < 0 ? '-' : '+'}${readable(Math.abs(added))} to direct`;
    }
    case 'alone':
      return readable(medianOf('gateway'));
  }
}

function ratioOf(values: Figure['values'], of: string, to: string): string {
  return (median(values.get(of) ?? []) / median(values.get(to) ?? [])).toFixed(2);
}

/** "median (least - most)"; a dash if nothing was measured. */
export function spreadOf(values: readonly number[]): string {
  if (values.every(Number.isNaN)) return '–';
  const range = `${readable(Math.min(...values))} - ${readable(Math.max(...values))}`;
  return `${readable(median(values))} (${range})`;
}

/** About three digits, whatever the size. */
function readable(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value.toFixed(value >= 10 ? 1 : 2);
}

/** The value below which that share of the values lies; NaN if there are none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
