import type { Translator } from '../i18n/translate.ts';
import { isSame } from './is-same.ts';

interface Drawn<Item, Line> {
  item: Item;
  line: Line;
  language: string;
  turn: number;
}

interface ListDrawerOptions<Item, Line> {
  keyOf(item: Item): number | string;
  /** Makes what is printed of an item. */
  lineOf(item: Item, translator: Translator): Line;
  nextFrame(callback: () => void): void;
  /** How many lines may change in a frame. */
  budget: number;
  /** Whether an item is on the screen or close to it; all are, unless told. */
  isNear?(item: Item): boolean;
}

export interface ListDrawer<Item, Line> {
  /** The lines to show now. Where some are left for the next frame, `again` is called in it. */
  draw(items: readonly Item[], translator: Translator, again: () => void): Line[];
}

/** Lines that nobody sees take their time. */
const farLinesPerFrame = 2;
/** Lines that turn out as they were cost little, though not nothing. */
const madePerChange = 10;

/**
 * Makes the lines of a list, a frame's worth at a time: what has waited longest comes first, but few
 * of those that are out of sight. A line whose turn has not come is shown as it was, and the list
 * ends where lines are still to be made. A line that says the same as before stays the same object,
 * so that nothing of it is drawn again; one that comes back to the list is drawn as a new one is.
 */
export function createListDrawer<Item extends object, Line extends object>(
  options: ListDrawerOptions<Item, Line>,
): ListDrawer<Item, Line> {
  const { keyOf, lineOf, budget, isNear = () => true } = options;
  const drawnByKey = new Map<number | string, Drawn<Item, Line>>();
  let turn = 0;
  let isGoingOn = false;

  /** Answers whether the line is another one now. */
  const make = (item: Item, translator: Translator): boolean => {
    const known = drawnByKey.get(keyOf(item));
    const made = lineOf(item, translator);
    const line = known && isSame(known.line, made) ? known.line : made;
    drawnByKey.set(keyOf(item), { item, line, language: translator.language, turn });
    return line !== known?.line;
  };

  const makeUpTo = (most: number, items: readonly Item[], translator: Translator): number => {
    let [changed, made] = [0, 0];
    for (const item of items) {
      if (changed >= most || made >= most * madePerChange) break;
      if (make(item, translator)) changed += 1;
      made += 1;
    }
    return made;
  };

  const waitingOf = (items: readonly Item[], { language }: Translator) => {
    const waiting = items.filter((item) => {
      const drawn = drawnByKey.get(keyOf(item));
      return drawn?.item !== item || drawn.language !== language;
    });
    const turnOf = (item: Item) => drawnByKey.get(keyOf(item))?.turn ?? 0;
    // Sorting keeps the page's order among those that wait equally long.
    return waiting.sort((a, b) => turnOf(a) - turnOf(b));
  };

  return {
    draw(items, translator, again) {
      turn += 1;
      const waiting = waitingOf(items, translator);
      const isFar = (item: Item) => drawnByKey.has(keyOf(item)) && !isNear(item);
      const { near = [], far = [] } = Object.groupBy(waiting, (it) => (isFar(it) ? 'far' : 'near'));
      const madeNear = makeUpTo(budget, near, translator);
      const madeFar = madeNear < near.length ? 0 : makeUpTo(farLinesPerFrame, far, translator);
      if (madeNear + madeFar < waiting.length && !isGoingOn) {
        isGoingOn = true;
        options.nextFrame(() => {
          isGoingOn = false;
          again();
        });
      }
      const end = items.findIndex((item) => !drawnByKey.has(keyOf(item)));
      const shown = end < 0 ? items : items.slice(0, end);
      forgetAllBut(drawnByKey, shown.map(keyOf));
      return shown.flatMap((item) => drawnByKey.get(keyOf(item))?.line ?? []);
    },
  };
}

function forgetAllBut<Key>(kept: Map<Key, unknown>, keys: readonly Key[]): void {
  const wanted = new Set(keys);
  for (const key of kept.keys()) if (!wanted.has(key)) kept.delete(key);
}
