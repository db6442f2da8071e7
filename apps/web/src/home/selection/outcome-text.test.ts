import { expect, it } from 'vitest';
import { translatorFor } from '../../i18n/translate.ts';
import { type BulkItem, outcomeText } from './outcome-text.ts';

const [en, zh] = [translatorFor('en'), translatorFor('zh')];
const item = (id: number, outcome: BulkItem['outcome']): BulkItem => ({
  ...{ id, outcome, reason: null, fields: {} },
});
const refused = (id: number): BulkItem => ({
  ...item(id, 'refused'),
  reason: 'a channel may have at most 20 tags',
  fields: { tags: { code: 'too_many', bound: 20 } },
});
const nameOf = (id: number) => `channel ${id}`;

it('counts what changed and what was so already', () => {
  const items = [item(1, 'done'), item(2, 'done'), item(3, 'unchanged'), item(4, 'missing')];
  expect(outcomeText({ action: 'pause' }, items, nameOf, en)).toBe(
    '2 channels changed. 1 channel stays as it was.',
  );
  expect(outcomeText({ action: 'run' }, items.slice(0, 1), nameOf, en)).toBe(
    '1 channel is being checked.',
  );
  expect(outcomeText({ action: 'pause' }, items.slice(3), nameOf, en)).toBe('Nothing changed.');
});

it('names the channels that were refused, and why, in the reader’s language', () => {
  const items = [1, 2, 3, 4, 5].map(refused);
  expect(outcomeText({ action: 'tag', tags: [] }, items, nameOf, en)).toBe(
    'channel 1: Enter at most 20 items. channel 2: Enter at most 20 items. channel 3: Enter at most 20 items. 2 more channels were refused.',
  );
  expect(outcomeText({ action: 'tag', tags: [] }, items.slice(0, 1), nameOf, zh)).toBe(
    'channel 1：最多 20 项。',
  );
});
