import { expect, test } from 'vitest';
import { parseEnvFile } from './env-file.mjs';

test.each([
  ['A=pass#word', 'pass#word'],
  ['A=#hash', '#hash'],
  ['A=value # comment', 'value'],
  ['A=value\t#comment', 'value'],
  ['A=                # comment', ''],
  ['A=', ''],
  ["A='one # two'", 'one # two'],
  ['A="one # two" # comment', 'one # two'],
  ['A="x\\ny"', 'x\ny'],
  ["A='x\\ny'", 'x\\ny'],
  ['A="line one\nline two"', 'line one\nline two'],
  ['A=`it\'s "quoted"`', 'it\'s "quoted"'],
  ['A="not closed', '"not closed'],
  ['A=say "hi"', 'say "hi"'],
  ['export A=exported', 'exported'],
  ['  A = spaced  ', 'spaced'],
  ['A=crlf\r\nB=2\r\n', 'crlf'],
  ['\uFEFFA=after a mark', 'after a mark'],
  ['A=first\nA=last', 'last'],
  ['#A=comment\nA=real', 'real'],
  ['A=postgres://u:p#w@host/db?x=1', 'postgres://u:p#w@host/db?x=1'],
  ['B="unrelated"\nA=\'x\'', 'x'],
])('%j', (text, value) => expect(parseEnvFile(text).A).toBe(value));

test('other lines mean nothing', () => {
  expect(parseEnvFile('nonsense\n=x\n1A=x\n# A=x\n\nB=y')).toEqual({ B: 'y' });
});
