import type { Translator } from '../i18n/translate.ts';

/**
 * Makes what is printed of an item, and keeps it for as long as the item lives: the same object for
 * the same item, place and language, so that a line which stays in sight is not drawn again.
 */
export function keepLines<Item extends object, Line>(
  make: (item: Item, index: number, translator: Translator) => Line,
): typeof make {
  const made = new WeakMap<Item, { line: Line; index: number; translator: Translator }>();
  return (item, index, translator) => {
    const known = made.get(item);
    if (known?.translator === translator && known.index === index) return known.line;
    const line = make(item, index, translator);
    made.set(item, { line, index, translator });
    return line;
  };
}
