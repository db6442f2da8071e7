import type { Alpine } from 'alpinejs';
import { formatAgo, formatExactTime, formatSecondsAgo, formatUntil } from '../format/time.ts';
import type { TextKey } from '../i18n/translate.ts';
import type { LanguageStore } from '../shell/language-store.ts';

interface Clock {
  nowS: number;
}

/**
 * `x-t="key"` prints a text, `x-t:aria-label="key"` sets it as an attribute; both follow the
 * language. The key is checked by a test that reads the markup.
 */
export function addTextDirective(alpine: Alpine, language: LanguageStore): void {
  alpine.directive('t', (element, { value, expression }, { effect }) => {
    effect(() => {
      // Of an unknown key the translator itself says so.
      const text = language.translator.t(expression as TextKey);
      if (value) element.setAttribute(value, text);
      else setText(element, text);
    });
  });
}

/**
 * `x-ago="time"`, `x-last` and `x-until` print a time relative to now and keep it true; hovering
 * tells the exact time. `x-last` counts the seconds too, `x-until` prints `due` text at the end.
 */
export function addTimeDirectives(alpine: Alpine, language: LanguageStore, clock: Clock): void {
  const bind = (name: string, print: (timeS: number) => string) => {
    alpine.directive(name, (element, { expression }, { effect, evaluateLater }) => {
      const evaluate = evaluateLater<number | null>(expression);
      effect(() =>
        evaluate((timeS) => {
          element.title = timeS ? formatExactTime(timeS, language.translator) : '';
        }),
      );
      effect(() => evaluate((timeS) => setText(element, timeS === null ? '' : print(timeS))));
    });
  };
  bind('ago', (timeS) => formatAgo(timeS, clock.nowS, language.translator));
  bind('last', (timeS) => {
    const ago = formatSecondsAgo(timeS, clock.nowS, language.translator);
    return language.translator.t('traffic.last', { ago });
  });
  bind('until', (timeS) => {
    const until = formatUntil(timeS, clock.nowS, language.translator);
    const { t } = language.translator;
    return until === null ? t('card.due') : t('card.next', { in: until });
  });
}

/** `x-dialog="isOpen"` shows a dialog modally while true; its `close` event tells the rest. */
export function addDialogDirective(alpine: Alpine): void {
  alpine.directive('dialog', (element, { expression }, { effect, evaluateLater }) => {
    if (!(element instanceof HTMLDialogElement)) throw new Error('x-dialog belongs on a dialog');
    const evaluate = evaluateLater<boolean>(expression);
    effect(() =>
      evaluate((isOpen) => {
        if (isOpen === element.open) return;
        // Its own markup must have followed the state first, so that autofocus finds its field.
        if (isOpen)
          alpine.nextTick(() => element.isConnected && !element.open && element.showModal());
        else element.close();
      }),
    );
  });
}

/** Writing the same text again would still replace the node and cost a layout. */
function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
