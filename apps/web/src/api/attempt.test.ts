import type { FieldErrors } from '@api-monitor/core';
import { expect, it } from 'vitest';
import type { Language } from '../i18n/translate.ts';
import { createLanguageStore } from '../shell/language-store.ts';
import { createAttempt, idleAttempt } from './attempt.ts';
import { ApiFailure } from './failure.ts';

function setUp(language: Language = 'en') {
  const happened: string[] = [];
  const attempt = createAttempt({
    language: createLanguageStore(
      language,
      () => {},
      () => {},
    ),
    focusFault: () => happened.push('focus'),
    onLoggedOut: () => happened.push('log out'),
  });
  const form = idleAttempt({ name: '', interval_min: '', allowed_models: '' });
  const refuse = (fields: FieldErrors) =>
    attempt(form, () => Promise.reject(new ApiFailure(400, { detail: 'no, because', fields })));
  return { attempt, form, refuse, happened };
}

it.each([
  ['en', 'Enter 1440 or less.', 'Enter at most 128 characters.'],
  ['zh', '不能大于 1440。', '最多输入 128 个字符。'],
] as const)(
  'words for refused fields are in %s, with their bounds',
  async (language, most, long) => {
    const { form, refuse, happened } = setUp(language);
    const fields: FieldErrors = {
      interval_min: { code: 'too_large', bound: 1440 },
      name: { code: 'too_long', bound: 128 },
    };
    expect(await refuse(fields)).toBe(false);
    expect(form.errors).toEqual({ interval_min: most, name: long, allowed_models: '' });
    expect([form.failure, happened]).toEqual(['', ['focus']]);
  },
);

it('an error inside a field is shown at the field', async () => {
  const { form, refuse } = setUp();
  await refuse({ 'allowed_models.2': { code: 'wrong_format' } });
  expect(form.errors.allowed_models).toBe('This is not in the right format.');
});

it("the API's sentence is shown if the form lacks the refused field; the next try clears errors", async () => {
  const { attempt, form, refuse } = setUp();
  await refuse({ name: { code: 'required' }, colour: { code: 'unknown_field' } });
  expect([form.failure, form.errors.name]).toEqual(['no, because', 'This field is required.']);
  expect(await attempt(form, () => Promise.resolve())).toBe(true);
  expect([form.failure, form.errors.name]).toEqual(['', '']);
});

it('asks the server only if the form itself finds nothing wrong', async () => {
  const { attempt, form } = setUp();
  const call = () => Promise.reject(new Error('asked'));
  expect(await attempt(form, call, { name: { code: 'required' } })).toBe(false);
  expect(form.errors.name).toBe('This field is required.');
});

it('a 401 without a reason means that the session has ended', async () => {
  const { attempt, form, happened } = setUp();
  await attempt(form, () => Promise.reject(new ApiFailure(401, { reason: 'wrong_code' })));
  expect(happened).toEqual([]);
  await attempt(form, () => Promise.reject(new ApiFailure(401)));
  expect(happened).toEqual(['log out']);
});
