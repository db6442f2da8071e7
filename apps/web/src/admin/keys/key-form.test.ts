import { expect, it } from 'vitest';
import { emptyKeyForm, keyBodyOf, keyFaultsOf, keyFieldNamedIn, keyFormOf } from './key-form.ts';

it('a form comes back as it went, and what is empty is no limit', () => {
  const form = {
    ...emptyKeyForm,
    name: ' laptop ',
    models: 'a/b\n\n a/b \nc/d/e',
    expires: '2030-01-02T03:04',
    rpm: '60',
  };
  const body = keyBodyOf(form);
  expect(body).toMatchObject({
    name: 'laptop',
    allowed_models: ['a/b', 'c/d/e'],
    rpm_limit: 60,
    tpm_limit: null,
  });
  const kept = { ...body, id: 1, key_prefix: 'sk', enabled: true, created_at: 0 };
  const unused = { revoked_at: null, last_used_at: null, last_used_target_id: null };
  expect(keyFormOf({ ...kept, ...unused })).toMatchObject({ expires: form.expires, rpm: '60' });
});

it('faults are told at their field', () => {
  expect(keyFaultsOf({ ...emptyKeyForm, rpm: 'many' })).toEqual({
    name: 'form.required',
    rpm: 'form.number',
  });
  expect(keyFieldNamedIn('allowed_models.0 must have the form channel/model')).toBe('models');
  expect(keyFieldNamedIn('the server is busy')).toBeNull();
});
