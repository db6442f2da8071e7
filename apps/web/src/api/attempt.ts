import type { FieldErrorCode, FieldErrors } from '@api-monitor/core';
import type { Translator } from '../i18n/translate.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import { ApiFailure, sentenceOf } from './failure.ts';

/** What a form or a list shows of its calls. */
export interface Attempting {
  isBusy: boolean;
  /** Why the last call failed, unless fields are to blame. */
  failure: string;
  /** What is wrong with each field that has a place for it; '' if nothing is. */
  errors?: Record<string, string>;
}

/** How far a part of a page has come with what it shows. */
export type Phase = 'loading' | 'ready' | 'failed';

export interface Loading extends Attempting {
  phase: Phase;
}

export type Attempt = ReturnType<typeof createAttempt>;

interface AttemptOptions {
  language: LanguageStore;
  /** Focuses the first field that has an error. */
  focusFault(): void;
  /** Hears that the session is over. */
  onLoggedOut?: () => void;
}

/** What a form shows before its first call. */
export function atRest<Form extends object>(form: Form) {
  return { isBusy: false, failure: '', errors: noErrors(form) };
}

/** A place for the error of each field. Guarantee: it has the form's names, and only those. */
export function noErrors<Form extends object>(form: Form): Record<keyof Form, string> {
  const places = Object.keys(form).map((name) => [name, '']);
  return Object.fromEntries(places) as Record<keyof Form, string>;
}

/**
 * Makes calls for forms, one at a time: a failure becomes words at the fields that are to blame, or a
 * sentence. `faults` are what the form finds before it asks the server. Resolves to whether all went well.
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
      // A wrong code is a 401 too, but one with a reason.
      if (error.status === 401 && error.reason === null) onLoggedOut();
      return false;
    } finally {
      form.isBusy = false;
    }
  };
}

/** As an attempt, for a part of a page that shows what it loads: its phase follows. */
export async function load(
  attempt: Attempt,
  part: Loading,
  read: () => Promise<void>,
): Promise<void> {
  if (part.isBusy) return;
  if (await attempt(part, read)) part.phase = 'ready';
  else if (part.phase !== 'ready') part.phase = 'failed';
}

/** Puts words at the fields that have a place for them. Returns whether every field has one. */
function showErrors(
  errors: Record<string, string>,
  fields: FieldErrors,
  language: LanguageStore,
): boolean {
  const paths = Object.entries(fields);
  const homeless = paths.filter(([path, error]) => {
    const name = placeOf(path, Object.keys(errors));
    if (name === undefined) return true;
    errors[name] ||= faultText(name, error, language.translator);
    return false;
  });
  return paths.length > 0 && homeless.length === 0;
}

/** The longest name that the path begins with: `allowed_models.2` belongs to `allowed_models`. */
function placeOf(path: string, names: readonly string[]): string | undefined {
  const fitting = names.filter((name) => path === name || path.startsWith(`${name}.`));
  return fitting.sort((a, b) => b.length - a.length)[0];
}

/** What is wrong with a field, in the reader's words. */
export function faultText(
  name: string,
  { code, bound = 0 }: { code: FieldErrorCode; bound?: number | undefined },
  { t, count }: Translator,
): string {
  switch (code) {
    case 'too_short':
    case 'too_long':
    case 'too_few':
    case 'too_many':
      return count(`field.${code}`, bound);
    case 'wrong_format':
      return t(name.endsWith('_url') ? 'field.wrong_url' : 'field.wrong_format');
    default:
      return t(`field.${code}`, { bound });
  }
}
