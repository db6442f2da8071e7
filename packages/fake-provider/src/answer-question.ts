const weekdays = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ');
const months =
  'January February March April May June July August September October November December'.split(
    ' ',
  );
const units =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const tens = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');

/** The kinds of questions that probes ask, each with what a model would answer. */
const rules: readonly [RegExp, (...found: string[]) => string][] = [
  [/What is (\d+) \+ (\d+)\?/, (a, b) => String(Number(a) + Number(b))],
  [/Add (\d+), (\d+) and (\d+)\./, (...all) => String(sumOf(all.slice(0, 3)))],
  [/What is (\d+) minus (\d+)\?/, (a, b) => String(Number(a) - Number(b))],
  [/Write "([a-z-]+)" in digits/, (words) => String(numberOf(words ?? ''))],
  [/smallest to largest: ([\d, ]+)\./, (list) => sorted(partsOf(list)).join(', ')],
  [/in reverse order: ([a-z, ]+)\./, (list) => partsOf(list).reverse().join(', ')],
  [/Write "([a-z]+)" in capital letters/, (word) => (word ?? '').toUpperCase()],
  [/comes (\d+) days after (\w+)\?/, (count, day) => after(weekdays, day, count)],
  [/comes (\d+) months after (\w+)\?/, (count, month) => after(months, month, count)],
];

/** What a model that can think would answer to a request; null if the request asks nothing checkable. */
export function answerTo(body: unknown): string | null {
  const text = textsIn(body).join('\n');
  for (const [pattern, answer] of rules) {
    const found = pattern.exec(text);
    if (found) return answer(...found.slice(1));
  }
  return null;
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function sumOf(numbers: readonly string[]): number {
  return numbers.reduce((sum, number) => sum + Number(number), 0);
}

function numberOf(words: string): number {
  const [ten = '', unit = 'zero'] = words.split('-');
  const place = tens.indexOf(ten);
  return place < 0 ? units.indexOf(ten) : (place + 2) * 10 + units.indexOf(unit);
}

function partsOf(list = ''): string[] {
  return list.split(', ');
}

function sorted(numbers: readonly string[]): string[] {
  return numbers.toSorted((a, b) => Number(a) - Number(b));
}

function after(names: readonly string[], name = '', count = '0'): string {
  return names[(names.indexOf(name) + Number(count)) % names.length] ?? '';
}
