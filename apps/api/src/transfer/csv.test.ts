import { expect, test } from 'vitest';
import { readCsv } from './upload/read-csv.ts';
import { writeCsv, writeExport } from './write-export.ts';

test('formulas are escaped, and come back unchanged', () => {
  const hostile = ['=1+1', '+1', '-1', '@SUM(A1)', '\ttab', "=cmd|' /C calc'!A0", '＝1＋1'];
  const text = writeCsv([['name'], ...hostile.map((cell) => [cell])]);
  for (const line of text.split('\r\n').slice(1, -1)) expect(line).toMatch(/^"?'/);
  const back = readCsv(text).map(({ name }) => name);
  expect(back).toEqual(hostile);
});

test('commas, quotes and line breaks stay inside their cell', () => {
  const cells = ['a,b', 'say "hi"', 'one\ntwo "quoted"'];
  expect(readCsv(writeCsv([['x', 'y', 'z'], cells]))).toEqual([
    { x: cells[0], y: cells[1], z: cells[2] },
  ]);
});

test('a fault names its line without quoting it', () => {
  expect(() => readCsv('name,key\n"sk-secret')).toThrow(/^the file is not valid CSV/);
  expect(() => readCsv('name,key\n"sk-secret')).not.toThrow(/sk-secret/);
});

test('booleans, numbers, lists and missing values are written as an import reads them', () => {
  expect(writeCsv([[true, false, 30, ['m1', 'm2'], null, '']])).toBe(
    'true,false,30,"m1\nm2",,\r\n',
  );
});

test('texts that databases write for nothing come back as they are', () => {
  const cells = ['NULL', 'null', '\\N'];
  expect(readCsv(writeCsv([['x', 'y', 'z'], cells]))).toEqual([
    { x: cells[0], y: cells[1], z: cells[2] },
  ]);
});

test('a CSV starts with a byte order mark, so that Excel shows its names', async () => {
  expect(await writeExport([], 'csv', null)).toMatch(/^\uFEFFname,base_url,/);
  expect(await writeExport([], 'yaml', null)).toBe('channels: []\n');
});
