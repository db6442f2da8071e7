/** Half a screen around what is seen, so that a card is fresh by the time it is scrolled to. */
const rootMargin = '50% 0%';

/**
 * Knows which cards of the list are on the screen or close to it, as the browser tells after each
 * layout. One that it has not told of yet counts as far.
 */
export function watchNearCards(list: HTMLElement): (id: number) => boolean {
  const nearIds = new Set<number>();
  const meetings = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const id = idOf(target);
        if (id === null) continue;
        if (isIntersecting) nearIds.add(id);
        else nearIds.delete(id);
      }
    },
    { rootMargin },
  );
  const forget = (node: Node) => {
    const id = idOf(node);
    if (id === null || !(node instanceof HTMLElement)) return;
    meetings.unobserve(node);
    nearIds.delete(id);
  };
  new MutationObserver((changes) => {
    for (const { addedNodes, removedNodes } of changes) {
      removedNodes.forEach(forget);
      for (const node of addedNodes) if (node instanceof HTMLElement) meetings.observe(node);
    }
  }).observe(list, { childList: true });
  return (id) => nearIds.has(id);
}

/** The channel whose card a node is; null where it is none. */
function idOf(node: Node): number | null {
  return node instanceof HTMLElement && node.dataset.id ? Number(node.dataset.id) : null;
}
