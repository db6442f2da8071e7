import { expect, it } from 'vitest';
import { safeNext } from './safe-next.ts';

it.each([
  ['', '/admin.html'],
  ['?next=%2Fadmin.html%3Ftab%3Dkeys', '/admin.html?tab=keys'],
  ['?next=https://elsewhere.example/', '/admin.html'],
  ['?next=//elsewhere.example/admin.html', '/admin.html'],
  ['?next=javascript:alert(1)', '/admin.html'],
  ['?next=%2Fadmin.html%0Ajavascript:', '/admin.html'],
])('%j leads to %s', (search, next) => {
  expect(safeNext(search)).toBe(next);
});
