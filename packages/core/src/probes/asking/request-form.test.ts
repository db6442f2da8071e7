import { expect, test } from 'vitest';
import { routes } from '../route.ts';
import { demandedAudio, firstFormOf, isSameForm, readRequestForm } from './request-form.ts';

test('a stored form is read as it was, whatever is stored beside it', () => {
  for (const route of routes) {
    const form = {
      ...firstFormOf(route),
      tokenLimit: null,
      effort: 'low',
      demanded: demandedAudio,
    } as const;
    const stored: unknown = JSON.parse(JSON.stringify({ ...form, learned_at: 1 }));
    expect(readRequestForm(stored)).toEqual(form);
  }
});

test('a form that an older version stored is still read', () => {
  const former = {
    route: 'chat',
    stream: false,
    tokenLimitField: 'max_tokens',
    asksStreamUsage: true,
  };
  const read = (tokenLimit: string) => readRequestForm({ ...former, tokenLimit });
  expect(read('small')).toEqual({ ...former, tokenLimit: 64, effort: null, demanded: {} });
  expect(read('ample')).toMatchObject({ tokenLimit: 4096 });
});

test.each([
  null,
  7,
  [],
  {},
  { route: 'chat' },
  { ...firstFormOf('chat'), tokenLimit: 17 },
  { ...firstFormOf('chat'), route: 'x' },
  { ...firstFormOf('chat'), stream: 1 },
])('anything else is no form: %j', (stored) => {
  expect(readRequestForm(stored)).toBeNull();
});

test('a demanded field of another shape is left out', () => {
  const demanded = { store: false, deep: { a: { b: 1 } }, list: [1], none: null };
  expect(readRequestForm({ ...firstFormOf('chat'), demanded })?.demanded).toEqual({ store: false });
});

test('forms are the same whatever the order of their fields', () => {
  const form = { ...firstFormOf('chat'), demanded: { a: 1, b: 2 } };
  const { route, ...others } = form;
  expect(isSameForm(form, { ...others, demanded: { b: 2, a: 1 }, route })).toBe(true);
  expect(isSameForm(form, { ...form, demanded: { a: 1 } })).toBe(false);
});
