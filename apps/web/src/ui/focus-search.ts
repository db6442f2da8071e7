import { elementById } from './element-by-id.ts';

/** `/` focuses the page's search, unless the reader is typing. */
export function focusSearchOnSlash(): void {
  addEventListener('keydown', (event) => {
    const isTyping =
      event.target instanceof Element && event.target.closest('input, textarea, select, dialog');
    if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    elementById('search').focus();
  });
}
