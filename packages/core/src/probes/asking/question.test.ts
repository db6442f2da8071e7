import { describe, expect, test } from 'vitest';
import { chineseNumeral, englishNumeral } from './numerals.ts';
import { isRightAnswer, type Question, questionOf } from './question.ts';

/** Mulberry32: the same numbers on every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const questions = Array.from({ length: 2000 }, (_, seed) => questionOf(seeded(seed)));
const wrongOf = (accepts: (question: Question) => boolean) =>
  questions.filter((question) => !accepts(question)).map(({ prompt }) => prompt);
const rightShare = (text: string) =>
  questions.filter((question) => isRightAnswer(question, text)).length / questions.length;

test('a question and its answer are short', () => {
  for (const { prompt, answer } of questions) {
    // A word, a number or a sign is about a token; the longest words here are two.
    expect(prompt.match(/\d+|[a-z]+|[^\sa-z\d]/gi)?.length, prompt).toBeLessThanOrEqual(20);
    expect(answer.length, prompt).toBeLessThanOrEqual(24);
  }
});

test('questions differ, in many shapes', () => {
  expect(new Set(questions.map(({ prompt }) => prompt)).size).toBeGreaterThan(1000);
  const shapes = questions.map(({ prompt }) => prompt.replaceAll(/\d+/g, '#').split(' ')[0]);
  expect(new Set(shapes).size).toBeGreaterThanOrEqual(5);
});

describe('the right answer is right', () => {
  test.each<[string, (answer: string, prompt: string) => string]>([
    ['by itself', (answer) => answer],
    ['as a sentence', (answer) => `The answer is **${answer}**.`],
    ['behind the question', (answer, prompt) => `${prompt} ${answer}`],
    ['behind a thought', (answer) => `<think>12, 13, Monday? lamp, 99</think>\n\n${answer}`],
    ['behind a thought whose start is missing', (answer) => `12 or 13 … </think>${answer}`],
    ['among blanks', (answer) => `\n\n ${answer} \n`],
    ['in Chinese', (answer) => `答案是${answer}。`],
    ['as code', (answer) => `\`\`\`\n${answer}\n\`\`\``],
    ['in full-width characters', (answer) => [...answer].map(fullWidth).join('')],
  ])('%s', (_, write) => {
    expect(wrongOf((one) => isRightAnswer(one, write(one.answer, one.prompt)))).toEqual([]);
  });

  const number = (value: number): Question => ({
    ...{ prompt: '', answer: String(value), check: { kind: 'number', value, isSpelled: true } },
  });
  test.each([
    [83, 'eighty-three'],
    [83, 'Eighty three.'],
    [83, '八十三'],
    [83, '83.0'],
    [83, '٨٣'],
    [83, '47 + 36 = 83'],
    [83, '83, because 47 + 36 makes that'],
    [123, 'one hundred and twenty-three'],
    [123, '一百二十三'],
    [105, '一百零五'],
    [1234, '1,234'],
  ])('%d: %s', (value, text) => {
    expect(isRightAnswer(number(value), text)).toBe(true);
  });

  test.each([
    [83, '183'],
    [83, '83.5'],
    [83, '0.83'],
    [83, '8 3'],
    [83, '一百八十三'],
    [83, 'one hundred eighty-three hundreds'.replace('eighty-three', 'eighty-four')],
    [83, Array.from({ length: 100 }, (_, at) => at).join(' ')],
    [83, '<think>47 + 36 is 83'],
  ])('but not %d: %s', (value, text) => {
    expect(isRightAnswer(number(value), text)).toBe(false);
  });
});

function fullWidth(sign: string): string {
  const code = sign.charCodeAt(0);
  return code > 0x20 && code < 0x7f ? String.fromCharCode(code + 0xfee0) : sign;
}

describe('no answer is', () => {
  test('an echo, whole or cut, in any case', () => {
    for (const question of questions.slice(0, 500)) {
      const { prompt } = question;
      for (let end = 0; end <= prompt.length; end += 1) {
        expect(isRightAnswer(question, prompt.slice(0, end)), prompt.slice(0, end)).toBe(false);
      }
      expect(isRightAnswer(question, `You said: ${prompt}`), prompt).toBe(false);
      expect(isRightAnswer(question, `${prompt}\n${prompt}`), prompt).toBe(false);
    }
  });

  test.each([
    'I am a large language model.',
    'Hello! How can I help you today?',
    'ok',
    '42',
    '100',
    'The answer is 7.',
    '',
    'I am gpt-4o, made in May 2024.',
    'Your account has no credit left; please visit https://relay.example/topup before 2026-01-31.',
  ])('a canned reply: %s', (text) => {
    expect(rightShare(text)).toBeLessThan(0.03);
  });

  test('the answer to another question', () => {
    const shares = questions.slice(0, 100).map(({ answer }) => rightShare(answer));
    expect(Math.max(...shares)).toBeLessThan(0.05);
  });
});

test('numerals', () => {
  expect([0, 13, 20, 47, 100, 118, 999].map((value) => englishNumeral(value))).toEqual([
    'zero',
    'thirteen',
    'twenty',
    'forty-seven',
    'one hundred',
    'one hundred eighteen',
    'nine hundred ninety-nine',
  ]);
  expect([10, 14, 20, 47, 101, 110].map(chineseNumeral)).toEqual([
    '十',
    '十四',
    '二十',
    '四十七',
    '一百零一',
    '一百一十',
  ]);
});
