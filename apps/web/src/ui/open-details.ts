import Alpine from '@alpinejs/csp';

/**
 * Opens the `<details>` that the address names, now and whenever that changes, and scrolls there. Alpine
 * draws the content after the browser has looked for the anchor.
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
