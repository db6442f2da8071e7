import { isRightAnswer, questionOf } from '@api-monitor/core';
import { answerTo } from '@api-monitor/fake-provider';
import { expect, test } from 'vitest';

test('the fake provider of the demo answers every kind of question', () => {
  const wrong = Array.from({ length: 2000 }, (_, turn) => {
    // Every kind of question comes up, since the first number chooses the kind.
    let next = turn / 2000;
    const random = () => {
      const now = next;
      next = (next * 9301 + 0.49297) % 1;
      return now;
    };
    const question = questionOf(random);
    const answer = answerTo({ prompt: question.prompt });
    return answer !== null && isRightAnswer(question, answer) ? null : question.prompt;
  });
  expect(wrong.filter((prompt) => prompt !== null)).toEqual([]);
});
