import { noUsage } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { SessionEvents } from './session-events.ts';

test('an answer that is cut before its report counts for what came of it', () => {
  const session = new SessionEvents();
  const read = (type: string, more: object = {}) =>
    session.read(Buffer.from(JSON.stringify({ type, event_id: 'e'.repeat(170), ...more })));
  const usage = { input_tokens: 5, output_tokens: 7 };
  read('response.created');
  read('response.output_text.delta', { delta: 'x'.repeat(100) });
  read('response.done', { response: { usage } });
  expect(session.usage).toEqual({ ...noUsage, inputTokens: 5, outputTokens: 7 });
  read('response.created');
  expect(session.usage.isEstimated).toBe(false);
  const second = Buffer.alloc(48_000).toString('base64');
  for (let n = 0; n < 3; n += 1) read('response.output_audio.delta', { delta: second });
  const { outputTokens, audioOutputTokens, isEstimated } = session.usage;
  expect(isEstimated).toBe(true);
  expect(audioOutputTokens).toBeGreaterThanOrEqual(60);
  expect(audioOutputTokens).toBeLessThan(63);
  expect(outputTokens).toBe(7 + (audioOutputTokens ?? 0));
});
