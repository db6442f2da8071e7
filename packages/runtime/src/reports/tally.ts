import { Counter, type CounterConfiguration } from 'prom-client';

/** Joins the values of labels, none of which contains it. */
const separator = '\n';

interface TallyOptions<Label extends string>
  extends Pick<CounterConfiguration<Label>, 'name' | 'help' | 'registers'> {
  labelNames: readonly Label[];
}

/**
 * Registers a counter that counts in plain numbers, which prom-client gets when it is read: its own counting
 * makes objects and strings at each call. Returns the function that counts; the labels' values come in the
 * order of their names.
 */
export function createTally<Label extends string>(options: TallyOptions<Label>) {
  const { labelNames } = options;
  const counts = new Map<string, number>();
  new Counter({
    ...options,
    collect() {
      for (const [key, count] of counts) {
        const values = key.split(separator);
        const labels: Partial<Record<Label, string>> = {};
        for (const [at, name] of labelNames.entries()) labels[name] = values[at] ?? '';
        this.inc(labels, count);
      }
      counts.clear();
    },
  });
  return (by: number, first: string, second?: string): void => {
    const key = second === undefined ? first : first + separator + second;
    counts.set(key, (counts.get(key) ?? 0) + by);
  };
}
