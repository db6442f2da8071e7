import { expect, it } from 'vitest';
import { toCsv } from './to-csv.ts';

const linesOf = (csv: string) => csv.slice(1).split('\r\n');

it('quotes only the cells that need it', () => {
  const csv = toCsv(
    ['model', 'answer'],
    [
      ['gpt-4o', 'one, "two"\nthree'],
      ['o1', null],
    ],
  );
  expect(csv).toBe('\uFEFFmodel,answer\r\ngpt-4o,"one, ""two""\nthree"\r\no1,\r\n');
});

it.each(['=HYPERLINK("http://evil")', '+1', '-1+1', '@SUM(A1)', '\t=1', ' =1', '＝1'])(
  'a text that looks like a formula is not run: %s',
  (text) => {
    const [, line] = linesOf(toCsv(['answer'], [[text]]));
    expect(line?.replace(/^"/, '').startsWith("'")).toBe(true);
  },
);

it('numbers stay numbers, even negative ones', () => {
  expect(linesOf(toCsv(['a', 'b', 'c'], [[-1.5, 0, true]]))[1]).toBe('-1.5,0,true');
});
