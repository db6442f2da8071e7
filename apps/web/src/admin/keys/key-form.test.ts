import { expect, it } from 'vitest';
import { emptyKeyForm, keyBodyOf, keyFaultsOf, keyFormOf } from './key-form.ts';

it('a sent form reads back the same, and an empty field means no limit', () => {
  const form = {
    ...emptyKeyForm,
    name: ' laptop ',
    allowed_models: 'a/b\n\n a/b \nc/d/e',
    expires_at: '2030-01-02T03:04',
    rpm_limit: '60',
    routing_policy: 'weighted',
  };
  const body = keyBodyOf(form);
  expect(body).toMatchObject({
    name: 'laptop',
    allowed_models: ['a/b', 'c/d/e'],
    rpm_limit: 60,
    tpm_limit: null,
    routing_policy: 'weighted',
  });
  expect(keyBodyOf(emptyKeyForm).routing_policy).toBeNull();
  const kept = { ...body, id: 1, key_prefix: 'sk', enabled: true, created_at: 0 };
  const unused = { revoked_at: null, last_used_at: null, last_used_target_id: null };
  expect(keyFormOf({ ...kept, ...unused })).toMatchObject({
    expires_at: form.expires_at,
    rpm_limit: '60',
    routing_policy: 'weighted',
  });
});

it("a missing name and a limit that isn't a number are found before the server is asked", () => {
  expect(keyFaultsOf({ ...emptyKeyForm, rpm_limit: 'many' })).toEqual({
    name: { code: 'required' },
    rpm_limit: { code: 'wrong_type' },
  });
});
