import type { TemplateResult } from 'lit-html';
import { guard } from 'lit-html/directives/guard.js';
import { repeat } from 'lit-html/directives/repeat.js';

interface RowsOptions<Item, Content> {
  keyOf(item: Item): number | string;
  /** Everything that the row shows, compared by identity: the row is rendered again if any of it changed. */
  versionOf(item: Item): readonly unknown[];
  template(item: Item): Content;
  /** Whether the reader may see the row; others keep their old content. Without it, all rows count. */
  isNear?(item: Item): boolean;
  /** How many rows are rendered in one drawing. */
  perFrame: number;
}

/**
 * The rows of a list, for a lit-html template. Each drawing renders at most `perFrame` changed rows and
 * calls `again` if some are left, which keep their old content until then.
 */
export function createRows<Item>(options: RowsOptions<Item, TemplateResult>) {
  const makeRows = createRowMaker(options);
  return (items: readonly Item[], again: () => void) => {
    const { rows, isDone } = makeRows(items);
    if (!isDone) again();
    return repeat(
      rows,
      ({ key }) => key,
      // Otherwise lit-html compares every value of every row again.
      ({ content }) => guard([content], () => content),
    );
  };
}

/** The same without lit-html. The rows that have waited longest are rendered first. */
export function createRowMaker<Item, Content>(options: RowsOptions<Item, Content>) {
  const { keyOf, versionOf, template, isNear = () => true, perFrame } = options;
  let made = new Map<
    number | string,
    { version: readonly unknown[]; content: Content; turn: number }
  >();
  let turn = 0;

  return (items: readonly Item[]) => {
    turn += 1;
    const next: typeof made = new Map();
    const waiting = items.flatMap((item) => {
      const known = made.get(keyOf(item));
      if (known) next.set(keyOf(item), known);
      if (known && !isNear(item)) return [];
      const version = versionOf(item);
      const isSame = known?.version.every((value, index) => value === version[index]);
      return isSame ? [] : [{ item, version, since: known?.turn ?? turn }];
    });
    // Sorting keeps the order of the list among rows that have waited equally long.
    waiting.sort((a, b) => a.since - b.since);
    for (const { item, version } of waiting.slice(0, perFrame)) {
      next.set(keyOf(item), { version, content: template(item), turn });
    }
    made = next;
    const rows = items.flatMap((item) => {
      const key = keyOf(item);
      const row = made.get(key);
      return row ? [{ key, content: row.content }] : [];
    });
    return { rows, isDone: waiting.length <= perFrame };
  };
}
