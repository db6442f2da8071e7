import { plainTransport } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { FrameMask, maskedPayload } from './frame-mask.ts';

const apiKey = 'sk-upstream-0123456789abcdef';
const target = { id: 1, baseUrl: 'http://127.0.0.1', apiKey, ...plainTransport };

const passedOf = (frames: readonly string[]) => {
  const mask = new FrameMask(target);
  return frames.map((frame) => mask.pass(Buffer.from(frame)).toString());
};

test('a key split over two frames at any character is masked, and each frame keeps its length', () => {
  for (let at = 1; at < apiKey.length; at += 1) {
    const frames = [`a ${apiKey.slice(0, at)}`, `${apiKey.slice(at)} b`];
    const passed = passedOf(frames);
    expect(passed.map(({ length }) => length)).toEqual(frames.map(({ length }) => length));
    expect(passed[0]).toBe(at > 12 ? `a ${'*'.repeat(at)}` : frames[0]);
    expect(passed[1]).toBe(`${'*'.repeat(apiKey.length - at)} b`);
  }
});

test('a key in frames of one character shows its first characters alone', () => {
  expect(passedOf([...apiKey]).join('')).toBe(apiKey.slice(0, 12).padEnd(apiKey.length, '*'));
});

test('what only looks like the start of the key passes untouched', () => {
  const frames = ['a sk-up', 'hill', '', 'sk-', 'sk-upstream-'];
  expect(passedOf(frames)).toEqual(frames);
});

test('a ping’s payload has the key masked, but tells nothing of its parts', () => {
  const passedPayload = (text: string) => maskedPayload(target, Buffer.from(text)).toString();
  expect(passedPayload(`a ${apiKey} b`)).toBe(`a ${'*'.repeat(apiKey.length)} b`);
  expect(passedPayload(apiKey.slice(0, -1))).toBe(apiKey.slice(0, -1));
});
