interface NearRowsOptions {
  list: Element;
  keyOf(row: Element): string;
  /** Called when rows get near, by scrolling or by the focus. */
  onNear(): void;
}

/** Far enough that a row is up to date before a quick reader sees it. */
const rootMargin = '100%';

/** Watches which rows of a list are in the viewport or near it. */
export function watchNearRows({ list, keyOf, onNear }: NearRowsOptions) {
  const near = new WeakSet<Element>();
  const watched = new WeakSet<Element>();
  let rows = new Map<string, Element>();

  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) near.add(target);
        else near.delete(target);
      }
      if (entries.some(({ isIntersecting }) => isIntersecting)) onNear();
    },
    { rootMargin },
  );

  return {
    /** To be called after the list is drawn. A new row counts as near until the browser says otherwise. */
    update(): void {
      rows = new Map([...list.children].map((row) => [keyOf(row), row]));
      for (const row of rows.values()) {
        if (watched.has(row)) continue;
        watched.add(row);
        near.add(row);
        observer.observe(row);
      }
    },
    isNear(key: string): boolean {
      const row = rows.get(key);
      return !row || near.has(row);
    },
  };
}
