import { expect, it } from 'vitest';
import { createDrawLoop } from './draw-loop.ts';

function setUp() {
  let nowMs = 1000;
  const frames: (() => void)[] = [];
  const timers: { callback: () => void; delayMs: number }[] = [];
  const { request } = createDrawLoop({
    requestFrame: (callback) => frames.push(callback),
    setTimer: (callback, delayMs) => timers.push({ callback, delayMs }),
    nowMs: () => nowMs,
  });
  const drawn: string[] = [];
  const rest = () => {
    const timer = timers.shift();
    timer?.callback();
    return timer?.delayMs;
  };
  return {
    request,
    frames,
    drawn,
    /** A drawing that takes a while. */
    drawing: (name: string, ms: number) => () => {
      drawn.push(name);
      nowMs += ms;
    },
    rest,
    /** Runs the next frame; returns how long the loop rests after it. */
    frame() {
      try {
        frames.shift()?.();
      } finally {
        timers.shift()?.callback();
      }
      return rest();
    },
  };
}

it('draws in the next frame, and then rests for as long as drawing took', () => {
  const { request, frames, drawing, frame, drawn } = setUp();
  request(drawing('cards', 60));
  expect(frame()).toBe(60);
  expect(drawn).toEqual(['cards']);
  expect(frames).toHaveLength(0);
});

it('rests for a limited time, however long drawing took', () => {
  const { request, drawing, frame } = setUp();
  request(drawing('cards', 5000));
  expect(frame()).toBe(400);
});

it('runs a drawing once, however often it was requested', () => {
  const { request, drawing, frame, drawn } = setUp();
  const cards = drawing('cards', 1);
  for (let times = 0; times < 3; times += 1) request(cards);
  frame();
  expect(drawn).toEqual(['cards']);
});

it('leaves what does not fit into a frame to the next one', () => {
  const { request, drawing, frame, drawn } = setUp();
  for (const name of ['first chart', 'second chart', 'third chart']) request(drawing(name, 20));
  frame();
  expect(drawn).toEqual(['first chart']);
  frame();
  expect(drawn).toEqual(['first chart', 'second chart']);
});

it('draws the others if one drawing fails', () => {
  const { request, drawing, frame, rest, drawn } = setUp();
  request(() => {
    throw new Error('a bug');
  });
  request(drawing('cards', 1));
  expect(frame).toThrow('a bug');
  rest();
  frame();
  expect(drawn).toEqual(['cards']);
});

it('leaves drawings that are requested during a frame to the next one', () => {
  const { request, drawing, frame, drawn } = setUp();
  request(() => request(drawing('more', 1)));
  frame();
  expect(drawn).toEqual([]);
  frame();
  expect(drawn).toEqual(['more']);
});
