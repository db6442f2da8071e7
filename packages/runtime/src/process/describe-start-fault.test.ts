import { expect, test } from 'vitest';
import { describeStartFault } from './describe-start-fault.ts';

const systemError = (code: string, syscall: string) =>
  Object.assign(new Error(`${code}: ${syscall}`), { code, syscall });

test.each([
  ['EACCES', 'listen', 'PORT: not allowed (EACCES: listen)'],
  ['EACCES', 'open', 'DATA_DIR: not allowed (EACCES: open)'],
  ['EPERM', 'access', 'DATA_DIR: not allowed (EPERM: access)'],
  ['ENOSPC', 'open', 'DATA_DIR: the disk of the data folder is full'],
  ['EROFS', 'open', 'DATA_DIR: the disk of the data folder is read-only'],
  ['EIO', 'fsync', 'DATA_DIR: the disk of the data folder fails (EIO)'],
])('%s from %s names the variable to look at', (code, syscall, line) => {
  expect(describeStartFault(systemError(code, syscall))).toBe(line);
});

test('a folder that cannot be made is named, and any other missing file keeps its stack trace', () => {
  expect(describeStartFault(systemError('ENOENT', 'mkdir'))).toBe(
    'DATA_DIR: the folder cannot be used (ENOENT: mkdir)',
  );
  expect(describeStartFault(systemError('ENOENT', 'open'))).toBe(null);
  expect(describeStartFault(new TypeError('a bug'))).toBe(null);
});
