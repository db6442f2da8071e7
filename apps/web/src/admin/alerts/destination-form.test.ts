import { expect, test } from 'vitest';
import type { DestinationKindInfo } from '../../api/wire-types.ts';
import {
  configBodyOf,
  configFormOf,
  destinationBodyOf,
  destinationFaultsOf,
  emptyDestinationForm,
} from './destination-form.ts';

const words = { en: '', zh: '' };
const field = (name: string, input: string, absent?: string | number | boolean | string[]) => {
  return { name, input, label: words, isRequired: absent === undefined, default: absent ?? null };
};
const kind: Pick<DestinationKindInfo, 'fields'> = {
  fields: [
    field('url', 'url'),
    field('headers', 'lines', []),
    field('port', 'number', 587),
    field('verify', 'switch', true),
    field('secret', 'text', ''),
  ],
};

test('a new destination has the defaults of its kind', () => {
  expect(configFormOf(kind, null)).toEqual({
    ...{ url: '', headers: '', port: '587', verify: true, secret: '' },
  });
});

test('masked secrets go back as they came, lists as lists, and empty fields not at all', () => {
  const stored = { url: 'https…cdef', headers: ['X-A: 1', 'X-B: 2'], port: 25, verify: false };
  const form = { ...configFormOf(kind, stored), headers: ' X-A: 1 \n\n' };
  expect(configBodyOf(kind, form)).toEqual({
    ...{ url: 'https…cdef', headers: ['X-A: 1'], port: 25, verify: false },
  });
});

test('quiet hours need both ends', () => {
  const form = emptyDestinationForm('en', 'UTC');
  expect(destinationBodyOf(form).quiet_hours).toBeNull();
  expect(destinationFaultsOf(form)).toEqual({});
  const half = { ...form, quiet_from: '22:00' };
  expect(destinationFaultsOf(half)).toEqual({ quiet_until: { code: 'required' } });
  const whole = { ...half, quiet_until: '07:00' };
  expect(destinationBodyOf(whole).quiet_hours).toEqual({ from: '22:00', until: '07:00' });
});
