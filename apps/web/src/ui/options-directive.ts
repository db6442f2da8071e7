import type { Alpine } from 'alpinejs';

/**
 * `x-options="names"` fills a datalist. Made at once and by hand: thousands of options that a template
 * repeats would hold up the page for seconds.
 */
export function addOptionsDirective(alpine: Alpine): void {
  alpine.directive('options', (element, { expression }, { effect, evaluateLater }) => {
    const evaluate = evaluateLater<readonly string[]>(expression);
    effect(() => evaluate((names) => element.replaceChildren(...alpine.raw(names).map(optionOf))));
  });
}

function optionOf(name: string): HTMLOptionElement {
  const option = document.createElement('option');
  option.value = name;
  return option;
}
