import { expect, it } from 'vitest';
import { createToastStore } from './toast-store.ts';

function setUp() {
  const timers: { callback: () => void; cancelled: boolean }[] = [];
  const toasts = createToastStore((callback) => {
    const timer = { callback, cancelled: false };
    timers.push(timer);
    return () => {
      timer.cancelled = true;
    };
  });
  const happened: string[] = [];
  const show = (name: string) =>
    toasts.show(name, {
      action: { text: 'Undo', run: () => happened.push(`undo ${name}`) },
      onLapse: () => happened.push(`lapse ${name}`),
    });
  return { toasts, timers, happened, show };
}

it('lapses after a while, unless its action was used', () => {
  const { toasts, timers, happened, show } = setUp();
  show('a');
  show('b');
  toasts.act(2);
  timers[0]?.callback();
  expect(happened).toEqual(['undo b', 'lapse a']);
  expect(timers[1]?.cancelled).toBe(true);
  expect(toasts.items).toEqual([]);
});

it('lapses only once', () => {
  const { toasts, timers, happened, show } = setUp();
  show('a');
  toasts.dismiss(1);
  timers[0]?.callback();
  expect(happened).toEqual(['lapse a']);
});

it('lapses at once if the page goes away or newer toasts need the space', () => {
  const { toasts, happened, show } = setUp();
  for (const name of ['a', 'b', 'c', 'd']) show(name);
  expect(happened).toEqual(['lapse a']);
  toasts.lapseAll();
  expect(happened).toEqual(['lapse a', 'lapse b', 'lapse c', 'lapse d']);
});
