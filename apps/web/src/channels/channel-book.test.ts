import { describe, expect, it } from 'vitest';
import { sampleChannel, sampleModel } from '../../test/sample-channel.ts';
import { createChannelBook } from './channel-book.ts';

function setUp() {
  const changes = { count: 0 };
  const book = createChannelBook(() => {
    changes.count += 1;
  });
  book.replaceAll([1, 2, 3].map((id) => sampleChannel({ id })));
  changes.count = 0;
  return { book, changes, ids: () => book.all().map((it) => it.id) };
}

describe('the book of channels', () => {
  it('reports a changed channel and a new one', () => {
    const { book, changes, ids } = setUp();
    book.put(sampleChannel({ id: 2, name: 'Renamed' }));
    book.put(sampleChannel({ id: 4 }));
    expect(changes.count).toBe(2);
    expect(book.get(2)?.name).toBe('Renamed');
    expect(ids()).toEqual([1, 2, 3, 4]);
  });

  it('takes the order of a new list and drops channels that are not in it', () => {
    const { book, ids } = setUp();
    book.replaceAll([3, 1].map((id) => sampleChannel({ id })));
    expect(ids()).toEqual([3, 1]);
    expect(book.get(2)).toBeUndefined();
  });

  it('hides a channel without forgetting its place', () => {
    const { book, ids } = setUp();
    book.hide(2, true);
    expect(ids()).toEqual([1, 3]);
    book.hide(2, false);
    expect(ids()).toEqual([1, 2, 3]);
  });

  it('reorders, and puts channels that the order does not name at the end', () => {
    const { book, ids } = setUp();
    book.reorder([3, 1]);
    expect(ids()).toEqual([3, 1, 2]);
  });

  it('keeps an unsaved order when a list arrives', () => {
    const { book, ids } = setUp();
    const list = [1, 2, 3].map((id) => sampleChannel({ id }));
    book.reorder([3, 1, 2]);
    book.replaceAll(list);
    expect(ids()).toEqual([3, 1, 2]);
    book.settleOrder();
    book.replaceAll(list);
    expect(ids()).toEqual([1, 2, 3]);
  });

  it('keeps the bars of a channel when a list without bars arrives', () => {
    const { book } = setUp();
    book.replaceAll([
      sampleChannel({ latest_models: [sampleModel({ duration: 9, history: undefined })] }),
    ]);
    expect(book.get(1)?.latest_models[0]).toMatchObject({ duration: 9, history: [{}] });
  });

  it('ignores progress of a channel that it does not know', () => {
    const { book, changes } = setUp();
    book.progress({ target_id: 99, run_id: 1, total: 1, done: 0, probe: null });
    expect(changes.count).toBe(0);
  });
});
