import { expect, it } from 'vitest';
import { batchChanges, type Changes } from './batch-changes.ts';
import { paceDraws } from './pace-draws.ts';

function setUp(drawingMs: number) {
  let nowMs = 1000;
  const frames: (() => void)[] = [];
  const timers: { callback: () => void; delayMs: number }[] = [];
  const schedule = paceDraws({
    requestFrame: (callback) => frames.push(callback),
    setTimer: (callback, delayMs) => timers.push({ callback, delayMs }),
    nowMs: () => nowMs,
  });
  const frame = () => {
    frames.shift()?.();
    nowMs += drawingMs;
    timers.shift()?.callback();
  };
  return { schedule, frames, timers, frame };
}

it('draws in the next frame, and after that rests for as long as drawing took', () => {
  const { schedule, frames, timers, frame } = setUp(60);
  let drawings = 0;
  const draw = () => {
    drawings += 1;
  };
  schedule(draw);
  frame();
  expect(drawings).toBe(1);
  schedule(draw);
  expect(frames).toHaveLength(0);
  expect(timers[0]?.delayMs).toBe(60);
});

it('rests for a bounded time, whatever drawing took', () => {
  const { schedule, timers, frame } = setUp(5000);
  schedule(() => {});
  frame();
  schedule(() => {});
  expect(timers[0]?.delayMs).toBe(400);
});

it('gathers the changes of a frame into one drawing', () => {
  const { schedule, frame } = setUp(1);
  const drawn: Changes[] = [];
  const note = batchChanges(schedule, (changes) => drawn.push(changes));
  note(1);
  note(2);
  note(1);
  frame();
  expect(drawn).toEqual([{ ids: new Set([1, 2]), all: false }]);
});
