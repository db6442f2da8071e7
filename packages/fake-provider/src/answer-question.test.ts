import { expect, test } from 'vitest';
import { answerTo } from './answer-question.ts';

const asked = (content: string) => ({ model: 'm', messages: [{ role: 'user', content }] });

test.each([
  ['What is 17 + 25? Answer with the number only.', '42'],
  ['Add 11, 12 and 13. Reply with just the sum.', '36'],
  ['What is 50 minus 12? Answer with the number only.', '38'],
  ['Write "ninety-nine" in digits. Digits only.', '99'],
  ['Write "thirty" in digits. Digits only.', '30'],
  ['Sort from smallest to largest: 90, 12, 45, 13. Only the numbers.', '12, 13, 45, 90'],
  ['Write these words in reverse order: lamp, river, stone. Only the words.', 'stone, river, lamp'],
  ['Write "cloud" in capital letters. Only the word.', 'CLOUD'],
  ['Which weekday comes 4 days after Saturday? One word.', 'Wednesday'],
  ['Which month comes 3 months after November? One word.', 'February'],
])('%s', (question, answer) => {
  expect(answerTo(asked(question))).toBe(answer);
});

test('what asks nothing checkable has no such answer', () => {
  expect(answerTo(asked('Which model are you?'))).toBeNull();
  expect(answerTo(null)).toBeNull();
});
