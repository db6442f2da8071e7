import { expect, test } from 'vitest';
import { newRequestId } from './request-id.ts';

test('an id is a UUID of version 7, and later ones sort after it', () => {
  const nowMs = Date.UTC(2026, 10, 26, 12);
  const ids = [0, 1, 2, 1_000, 86_400_000].map((aheadMs) => newRequestId(nowMs + aheadMs));
  expect(ids[0]).toMatch(/^req_01a217ba12007[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  expect(ids.toSorted()).toEqual(ids);
});

test('ids of the same moment differ', () => {
  expect(new Set(Array.from({ length: 1_000 }, () => newRequestId(0.5))).size).toBe(1_000);
});
