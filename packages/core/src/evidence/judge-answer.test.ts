import { describe, expect, test } from 'vitest';
import { answerReading as answer } from '../../test/sample-answer.ts';
import { judgeAnswer } from './judge-answer.ts';

const secret = { kind: 'unreadable', fault: 'broken_stream', body: 'a secret' } as const;

describe('an answer without text', () => {
  test('that reached the limit shows nothing to a client, who set the limit', () => {
    const reading = answer({ stoppedAtLimit: true });
    expect(judgeAnswer({ status: 200, reading, by: 'traffic' }).outcome).toBe('none');
    expect(judgeAnswer({ status: 200, reading, by: 'probe' })).toMatchObject({ kind: 'no_text' });
  });

  test('that will come later, because it is made in the background, is a success', () => {
    const reading = answer({ isAccepted: true });
    expect(judgeAnswer({ status: 200, reading, by: 'traffic' }).outcome).toBe('success');
  });

  test('that says why it ended shows nothing to a client, whom another channel may serve', () => {
    const reading = answer({ saidReason: true, outputTokens: 0 });
    expect(judgeAnswer({ status: 200, reading, by: 'traffic' })).toMatchObject({
      ...{ outcome: 'none', may_another_serve: true },
    });
    expect(judgeAnswer({ status: 200, reading, by: 'probe' })).toMatchObject({ kind: 'no_text' });
  });

  test('that does not say why it ended is a failure to both', () => {
    for (const by of ['probe', 'traffic'] as const) {
      const judgement = judgeAnswer({ status: 200, reading: answer({ outputTokens: 3 }), by });
      expect(judgement).toMatchObject({ outcome: 'failure', may_another_serve: true });
    }
  });
});

test("a channel's fault doesn't quote a client's request", () => {
  const said = { type: null, code: 'invalid_api_key', param: null };
  const error = { message: "Invalid API key for 'my secret'", ...said };
  const reading = { kind: 'error', error, streamed: false } as const;
  const judged = (by: 'probe' | 'traffic') => judgeAnswer({ status: 400, reading, by });
  expect(judged('traffic')).toMatchObject({
    scope: 'channel',
    message: 'HTTP 400: Invalid API key for …',
  });
  expect(judged('probe').message).toContain('my secret');
});

test('what a client was answered is not quoted', () => {
  const { message } = judgeAnswer({ status: 200, reading: secret, by: 'traffic' });
  expect(message).toBe('response parse failed: the event stream broke off');
  expect(judgeAnswer({ status: 200, reading: secret, by: 'probe' }).message).toContain('a secret');
});
