import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { answerCalls, callOver } from './port-calls.ts';

const methods = { echo: async (value: unknown) => value };

function overPort() {
  const { port1, port2 } = new MessageChannel();
  answerCalls(port1, methods);
  onTestFinished(() => port1.close());
  return { port1, port2, call: callOver<typeof methods>(port2) };
}

const ended = { code: 'unavailable', message: 'the other thread has ended' };

test('a call over a port that has closed fails at once', async () => {
  const { port1, port2, call } = overPort();
  expect(await call('echo', 1)).toBe(1);
  const closed = once(port2, 'close');
  port1.close();
  await closed;
  await expect(call('echo', 2)).rejects.toMatchObject(ended);
});

test('calls whose arguments cannot be copied leave nothing behind', async () => {
  const { call } = overPort();
  for (let n = 0; n < 10_001; n += 1) {
    await expect(call('echo', () => {})).rejects.toThrow('could not be cloned');
  }
  expect(await call('echo', 1)).toBe(1);
});
