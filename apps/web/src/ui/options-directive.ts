import type { Alpine } from 'alpinejs';

/**
 * `x-options="names"` fills a datalist. The options are created by hand: a template with thousands of them
 * would block the page for seconds.
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
