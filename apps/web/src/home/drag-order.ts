import Sortable from 'sortablejs';

/**
 * Lets the cards of a list be dragged by their handles. The list's order belongs to its owner: the
 * dragged card goes back to where it was, and `onDrop` hears before which card it was dropped. While
 * one is held, nobody else may draw the list: it would move under the hand.
 */
export function attachDragOrder(
  list: HTMLElement,
  onDrop: (id: number, beforeId: number | null) => void,
  onHold: (isHeld: boolean) => void,
): void {
  const idOf = (element: Element | null | undefined) =>
    element instanceof HTMLElement && element.dataset.id ? Number(element.dataset.id) : null;
  let placeBefore: Node | null = null;

  Sortable.create(list, {
    handle: '[data-drag]',
    draggable: '[data-id]',
    animation: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 180,
    ghostClass: 'is-ghost',
    // Under a finger goes a copy of the card, which the list's owner must not take for one of its own.
    onChoose: ({ item }) => item.setAttribute('x-ignore', ''),
    onUnchoose: ({ item }) => item.removeAttribute('x-ignore'),
    onStart: ({ item }) => {
      item.removeAttribute('x-ignore');
      placeBefore = item.nextSibling;
      onHold(true);
    },
    onEnd: ({ item }) => {
      const id = idOf(item);
      const beforeId = idOf(nextCard(item));
      list.insertBefore(item, placeBefore);
      onHold(false);
      if (id !== null) onDrop(id, beforeId);
    },
  });
}

function nextCard(card: Element): Element | null {
  const next = card.nextElementSibling;
  return next?.matches('[data-id]') ? next : null;
}
