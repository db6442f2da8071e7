import { namesOf, recordOf } from '@api-monitor/core';

/** Texts as typed, and switches. */
type FormValues = Record<string, string | boolean>;

/** What a form is filled from: a boolean for each switch, and anything that can be printed for a text. */
type SourceOf<Form extends FormValues> = {
  readonly [Name in keyof Form]: Form[Name] extends boolean ? boolean : string | number | null;
};

/**
 * The form's fields with the values of `source`; null becomes an empty text. The cast's guarantee:
 * `SourceOf` allows a boolean only for a switch.
 */
export function filledForm<Form extends FormValues>(form: Form, source: SourceOf<Form>): Form {
  return recordOf(namesOf(form), (name) => {
    const value = source[name];
    return typeof value === 'boolean' ? value : String(value ?? '');
  }) as Form;
}
