import type { Alpine } from 'alpinejs';
import { formatAgo, formatExactTime, formatSecondsAgo, formatUntil } from '../format/time.ts';
import type { TextKey } from '../i18n/translate.ts';
import type { LanguageStore } from '../shell/language-store.ts';

interface Clock {
  nowS: number;
}

/**
 * `x-text` and `x-show` in place of Alpine's own, which write the same text anew and show a task late:
 * the one loses the click of a button drawn while it is pressed, the other moves the page a frame later.
 */
export function addPromptDirectives(alpine: Alpine): void {
  const bind = (name: string, apply: (element: HTMLElement, value: unknown) => void) => {
    alpine.directive(name, (element, { expression }, { effect, evaluateLater }) => {
      const evaluate = evaluateLater(expression);
      effect(() => evaluate((value) => apply(element, value)));
    });
  };
  bind('text', (element, value) => setText(element, String(value ?? '')));
  bind('show', (element, value) => {
    const display = value ? '' : 'none';
    if (element.style.display !== display) element.style.display = display;
  });
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

/** Another node for the same text would cost a layout, and the click of a button that is pressed. */
function setText(element: HTMLElement, text: string): void {
  const [only, second] = element.childNodes;
  if (!(only instanceof Text) || second) element.textContent = text;
  else if (only.data !== text) only.data = text;
}
