import type { Alpine } from 'alpinejs';
import { formatAgo, formatExactTime } from '../format/time.ts';
import type { TextKey, Translator } from '../i18n/translate.ts';
import type { LanguageStore } from '../shell/language-store.ts';

interface Clock {
  nowS: number;
}

/** Adds the directives and magics of every page. `test/markup/markup-program.ts` has their types. */
export function addDirectives(alpine: Alpine, language: LanguageStore, clock: Clock): void {
  addPromptDirectives(alpine);
  addTexts(alpine, language);
  addTimeDirective(alpine, language, clock);
  addDialogDirective(alpine);
}

/**
 * `x-text` and `x-show` instead of Alpine's own. Alpine's `x-text` replaces the text node even if the text
 * is the same, which loses the click on a button that is being pressed; its `x-show` acts a task
 * later, which moves the page a frame too late.
 */
function addPromptDirectives(alpine: Alpine): void {
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
 * `x-t="key"` prints a text, `x-t:aria-label="key"` sets it as an attribute; both follow the language.
 * `$t(key, values)` and `$count(key, count)` are texts in expressions.
 */
function addTexts(alpine: Alpine, language: LanguageStore): void {
  alpine.directive('t', (element, { value, expression }, { effect }) => {
    effect(() => {
      // Guarantee: the check of the markup refuses other keys, and the translator throws.
      const text = language.t(expression as TextKey);
      if (value) element.setAttribute(value, text);
      else setText(element, text);
    });
  });
  alpine.magic(
    't',
    () =>
      (...text: Parameters<Translator['t']>) =>
        language.t(...text),
  );
  alpine.magic('count', () => (...text: Parameters<Translator['count']>) => {
    return language.count(...text);
  });
}

/** `x-ago="time"` prints a time relative to now and keeps it current; the title is the exact time. */
function addTimeDirective(alpine: Alpine, language: LanguageStore, clock: Clock): void {
  alpine.directive('ago', (element, { expression }, { effect, evaluateLater }) => {
    const evaluate = evaluateLater<number | null>(expression);
    effect(() =>
      evaluate((timeS) => {
        element.title = timeS ? formatExactTime(timeS, language.translator) : '';
      }),
    );
    effect(() =>
      evaluate((timeS) => {
        const { translator } = language;
        setText(element, timeS === null ? '' : formatAgo(timeS, clock.nowS, translator));
      }),
    );
  });
}

/** `x-dialog="isOpen"` shows a dialog modally while that is true. */
function addDialogDirective(alpine: Alpine): void {
  alpine.directive('dialog', (element, { expression }, { effect, evaluateLater }) => {
    if (!(element instanceof HTMLDialogElement)) throw new Error('x-dialog belongs on a dialog');
    const evaluate = evaluateLater<boolean>(expression);
    effect(() =>
      evaluate((isOpen) => {
        if (isOpen === element.open) return;
        // Alpine must update the dialog's markup first, so that autofocus finds its field.
        if (isOpen)
          alpine.nextTick(() => element.isConnected && !element.open && element.showModal());
        else element.close();
      }),
    );
  });
}

/** Keeps the text node, because a new one costs a layout and loses the click on a pressed button. */
function setText(element: HTMLElement, text: string): void {
  const [only, second] = element.childNodes;
  if (!(only instanceof Text) || second) element.textContent = text;
  else if (only.data !== text) only.data = text;
}
