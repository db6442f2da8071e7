import { months, weekdays } from './calendar-names.ts';
import { chineseNumeral, englishNumeral, numbersIn, withPlainDigits } from './numerals.ts';

/** A question whose right answer isn't in it, so that neither an echo nor a canned reply is right. */
export interface Question {
  prompt: string;
  /** The shortest right answer. */
  answer: string;
  check: Check;
}

type Check =
  /** The number comes in the answer, in digits or, if it may be spelled, in words. */
  | { kind: 'number'; value: number; isSpelled: boolean }
  /** The items come last, in this order. */
  | { kind: 'sequence'; items: readonly string[] }
  /** One of the spellings comes in the answer. */
  | { kind: 'name'; spellings: readonly string[]; others: readonly string[] }
  /** The text comes in the answer, in exactly this case. */
  | { kind: 'exact'; text: string };

/** Between 0 and 1, like `Math.random`. */
type Random = () => number;

/** A short question with an answer of a few tokens. */
export function questionOf(random: Random): Question {
  return pickOf(shapes, random)(random);
}

/**
 * Whether the text answers the question, in whatever words and language, and after whatever thoughts. An
 * echo of the question isn't an answer.
 */
export function isRightAnswer({ check }: Question, text: string): boolean {
  const said = withoutThoughts(text).normalize('NFKC').slice(0, readLimit);
  switch (check.kind) {
    case 'number':
      return saysNumber(said, check);
    case 'sequence':
      return saysSequence(said, check.items);
    case 'name':
      return saysName(said, check.spellings, check.others);
    case 'exact':
      return isWordIn(check.text, said);
  }
}

/** An answer is short; what is longer is something else. */
const readLimit = 2000;
/** Somebody who lists this many numbers doesn't answer. */
const mostNumbers = 12;

/** Models may write their thoughts into the text; those that never end have no answer behind them. */
function withoutThoughts(text: string): string {
  return text
    .replaceAll(/<(think|thinking|thought|reasoning)>[\s\S]*?(<\/\1>|$)/gi, ' ')
    .replace(/^[\s\S]*<\/(think|thinking|thought|reasoning)>/i, ' ');
}

const shapes = [sum, longSum, difference, digits, order, reversed, capitals, weekday, month];

function sum(random: Random): Question {
  const [a, b] = [between(12, 89, random), between(12, 89, random)];
  return ofNumber(`What is ${a} + ${b}? Answer with the number only.`, a + b);
}

function longSum(random: Random): Question {
  const next = () => between(11, 39, random);
  const [a, b, c] = [next(), next(), next()];
  return ofNumber(`Add ${a}, ${b} and ${c}. Reply with just the sum.`, a + b + c);
}

function difference(random: Random): Question {
  const b = between(12, 49, random);
  const rest = otherThan(b, () => between(13, 49, random));
  return ofNumber(`What is ${b + rest} minus ${b}? Answer with the number only.`, rest);
}

function digits(random: Random): Question {
  const value = between(21, 99, random);
  return ofNumber(`Write "${englishNumeral(value)}" in digits. Digits only.`, value, false);
}

function ofNumber(prompt: string, value: number, isSpelled = true): Question {
  return { prompt, answer: String(value), check: { kind: 'number', value, isSpelled } };
}

function order(random: Random): Question {
  const numbers = severalOf(89, 4, random).map((index) => index + 10);
  const sorted = [...numbers].sort((a, b) => a - b).map(String);
  const given = unlike(numbers.map(String), sorted);
  const prompt = `Sort from smallest to largest: ${given.join(', ')}. Only the numbers.`;
  return { prompt, answer: sorted.join(', '), check: { kind: 'sequence', items: sorted } };
}

const words = [
  'lamp',
  'river',
  'stone',
  'apple',
  'cloud',
  'horse',
  'table',
  'green',
  'paper',
  'music',
];

function reversed(random: Random): Question {
  const given = severalOf(words.length, 3, random).map((index) => words[index] ?? '');
  const items = [...given].reverse();
  const prompt = `Write these words in reverse order: ${given.join(', ')}. Only the words.`;
  return { prompt, answer: items.join(', '), check: { kind: 'sequence', items } };
}

function capitals(random: Random): Question {
  const word = pickOf(words, random);
  const text = word.toUpperCase();
  const prompt = `Write "${word}" in capital letters. Only the word.`;
  return { prompt, answer: text, check: { kind: 'exact', text } };
}

function weekday(random: Random): Question {
  const at = between(0, 6, random);
  const days = between(2, 5, random);
  const prompt = `Which weekday comes ${days} days after ${weekdays[at]?.[0]}? One word.`;
  return ofName(prompt, weekdays, (at + days) % 7);
}

function month(random: Random): Question {
  const at = between(0, 11, random);
  const months_ = between(2, 4, random);
  const prompt = `Which month comes ${months_} months after ${months[at]?.[0]}? One word.`;
  return ofName(prompt, months, (at + months_) % 12);
}

function ofName(prompt: string, names: readonly (readonly string[])[], at: number): Question {
  const spellings = names[at] ?? [];
  const others = names.filter((_, index) => index !== at).flat();
  return { prompt, answer: spellings[0] ?? '', check: { kind: 'name', spellings, others } };
}

function saysNumber(
  said: string,
  { value, isSpelled }: Extract<Check, { kind: 'number' }>,
): boolean {
  const numbers = numbersIn(said);
  if (numbers.length > mostNumbers) return false;
  if (numbers.includes(value) || !isSpelled) return numbers.includes(value);
  const plain = said.toLowerCase().replaceAll(/[-\s]+/g, ' ');
  const inWords = [englishNumeral(value), englishNumeral(value, ' and ')];
  return (
    inWords.some((spelling) => isWordIn(spelling.replaceAll('-', ' '), plain)) ||
    new RegExp(
      `(?<![一二三四五六七八九十百])${chineseNumeral(value)}(?![一二三四五六七八九十百])`,
    ).test(said)
  );
}

/** The last items that are named, because an answer may repeat the question first. */
function saysSequence(said: string, items: readonly string[]): boolean {
  const plain = withPlainDigits(said).toLowerCase();
  const named = [...plain.matchAll(/\d+|[a-z]+/g)]
    .map(([word]) => word)
    .filter((word) => items.includes(word));
  return named.slice(-items.length).join() === items.join() && named.length <= 3 * items.length;
}

function saysName(said: string, spellings: readonly string[], others: readonly string[]): boolean {
  const plain = said.toLowerCase();
  const count = others.filter((name) => isWordIn(name.toLowerCase(), plain)).length;
  // The one that was asked about may be repeated; more than that is a list.
  return count <= 2 && spellings.some((name) => isWordIn(name.toLowerCase(), plain));
}

/** Chinese and Japanese have no spaces between words, also not around a Latin one. */
const letter = '[\\p{Script=Latin}\\p{Script=Cyrillic}]';

function isWordIn(word: string, text: string): boolean {
  if (/[\u3040-\u9fff\uac00-\ud7a3]/.test(word)) return text.includes(word);
  return new RegExp(`(?<!${letter})${word}(?!${letter})`, 'u').test(text);
}

function between(least: number, most: number, random: Random): number {
  return least + Math.floor(random() * (most - least + 1));
}

/** The cast's guarantee: the list isn't empty, and the position is within it. */
function pickOf<T>(items: readonly T[], random: Random): T {
  return items[between(0, items.length - 1, random)] as T;
}

/** Different positions below `count`. */
function severalOf(count: number, wanted: number, random: Random): number[] {
  const left = Array.from({ length: count }, (_, index) => index);
  return Array.from({ length: wanted }, () => {
    const [taken = 0] = left.splice(between(0, left.length - 1, random), 1);
    return taken;
  });
}

function otherThan(unwanted: number, next: () => number): number {
  const value = next();
  return value === unwanted ? value + 1 : value;
}

/** The items, turned by one if they are already in the order that is asked for. */
function unlike(items: readonly string[], unwanted: readonly string[]): readonly string[] {
  return items.join() === unwanted.join() ? [...items.slice(1), ...items.slice(0, 1)] : items;
}
