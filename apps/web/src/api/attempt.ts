import { type FieldErrorCode, type FieldErrors, namesOf, recordOf } from '@api-monitor/core';
import type { Translator } from '../i18n/translate.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import { ApiFailure, sentenceOf } from './failure.ts';

/** The state of the calls that a form or a list makes. */
export interface Attempting {
  isBusy: boolean;
  /** Why the last call failed, unless the error is shown at fields. */
  failure: string;
  /** The error of each field in the form; '' if it has none. */
  errors?: Record<string, string>;
}

/** The loading state of a part of a page. */
export type Phase = 'loading' | 'ready' | 'failed';

export interface Loading extends Attempting {
  phase: Phase;
}

export type Attempt = ReturnType<typeof createAttempt>;

interface AttemptOptions {
  language: LanguageStore;
  /** Focuses the first field that has an error. */
  focusFault(): void;
  /** Called when the session has ended. */
  onLoggedOut?: () => void;
}

/** The state of a form before its first call. */
export function idleAttempt<Form extends object>(form: Form) {
  return { isBusy: false, failure: '', errors: noErrors(form) };
}

/** An empty error for each field. */
export function noErrors<Form extends object>(form: Form) {
  return recordOf(namesOf(form), () => '');
}

/**
 * Makes calls for forms, one at a time. A failure is shown at the fields that caused it, or as a sentence.
 * `faults` are errors that the form finds itself; with any, no call is made. Resolves to whether it succeeded.
 */
export function createAttempt({ language, focusFault, onLoggedOut = () => {} }: AttemptOptions) {
  return async (
    form: Attempting,
    call: () => Promise<void>,
    faults: FieldErrors = {},
  ): Promise<boolean> => {
    if (form.isBusy) return false;
    const { errors = {} } = form;
    form.failure = '';
    for (const name of Object.keys(errors)) errors[name] = '';
    if (showErrors(errors, faults, language)) {
      focusFault();
      return false;
    }
    form.isBusy = true;
    try {
      await call();
      return true;
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      const isShown = showErrors(errors, error.fields, language);
      if (isShown) focusFault();
      else form.failure = sentenceOf(error, language.translator);
      // A wrong code is a 401 too, but has a reason.
      if (error.status === 401 && error.reason === null) onLoggedOut();
      return false;
    } finally {
      form.isBusy = false;
    }
  };
}

/** Like an attempt, but also updates the phase of a part of a page that loads its content. */
export async function load(
  attempt: Attempt,
  part: Loading,
  read: () => Promise<void>,
): Promise<void> {
  if (part.isBusy) return;
  if (await attempt(part, read)) part.phase = 'ready';
  else if (part.phase !== 'ready') part.phase = 'failed';
}

/** Shows errors at the fields that the form has. Returns whether there are errors and it has all of them. */
function showErrors(
  errors: Record<string, string>,
  fields: FieldErrors,
  language: LanguageStore,
): boolean {
  const paths = Object.entries(fields);
  const unplaced = paths.filter(([path, error]) => {
    const name = placeOf(path, Object.keys(errors));
    if (name === undefined) return true;
    errors[name] ||= faultText(error, language.translator);
    return false;
  });
  return paths.length > 0 && unplaced.length === 0;
}

/** The longest field name that the path starts with: `allowed_models.2` belongs to `allowed_models`. */
function placeOf(path: string, names: readonly string[]): string | undefined {
  const fitting = names.filter((name) => path === name || path.startsWith(`${name}.`));
  return fitting.sort((a, b) => b.length - a.length)[0];
}

/** What is wrong with a field, in the reader's words. */
export function faultText(
  { code, bound = 0 }: { code: FieldErrorCode; bound?: number | undefined },
  { t, count }: Translator,
): string {
  switch (code) {
    case 'too_short':
    case 'too_long':
    case 'too_few':
    case 'too_many':
      return count(`field.${code}`, bound);
    default:
      return t(`field.${code}`, { bound });
  }
}
