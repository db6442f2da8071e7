import Alpine from '@alpinejs/csp';

/**
 * Opens the `<details>` that the address names, now and whenever that changes, and scrolls there. For
 * content that Alpine draws: the browser looks for the anchor before it exists.
 */
export function openDetailsInHash(): void {
  const show = () => {
    const section = document.getElementById(location.hash.slice(1));
    if (section instanceof HTMLDetailsElement) section.open = true;
    section?.scrollIntoView();
  };
  Alpine.nextTick(show);
  addEventListener('hashchange', show);
}
