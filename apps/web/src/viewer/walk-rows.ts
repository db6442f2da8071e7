import type { ViewerPanel } from './viewer-panel.ts';

/**
 * Arrow keys move from row to row and scroll the page along; an open detail follows, and Escape closes
 * it.
 */
export function walkRows(rows: HTMLElement, viewer: ViewerPanel): void {
  rows.addEventListener('keydown', (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const from =
      event.target instanceof Element && event.target.closest<HTMLElement>('[data-index]');
    if (by === undefined || !from) return;
    event.preventDefault();
    const index = Number(from.dataset.index) + by;
    const next = rows.querySelector<HTMLElement>(`[data-index="${index}"]`);
    if (!next) return;
    next.querySelector('button')?.focus({ preventScroll: true });
    next.scrollIntoView({ block: 'nearest' });
    if (viewer.detail) viewer.open(Number(next.dataset.id));
  });
  addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !viewer.detail || document.querySelector('dialog[open]')) return;
    const { id } = viewer.detail;
    viewer.close();
    rows.querySelector<HTMLElement>(`[data-id="${id}"] button`)?.focus({ preventScroll: true });
  });
}
