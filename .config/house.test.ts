import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(file));
const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n').length - 1;

test('the top level holds what the architecture names, and nothing else', () => {
  const named = [
    'apps',
    'packages',
    'data',
    'pnpm-workspace.yaml',
    'pnpm-lock.yaml',
    'package.json',
    'turbo.json',
    'tsconfig.base.json',
    'docker-compose.yml',
    'README.md',
    'LICENSE',
  ];
  const top = new Set(tracked.map((file) => file.split('/')[0] ?? ''));
  expect([...top].filter((name) => !named.includes(name) && !name.startsWith('.'))).toEqual([]);
});

test('each room has a README of under 40 lines, and a line on the map', () => {
  const rooms = new Set(tracked.flatMap((file) => /^(?:apps|packages)\/[^/]+/.exec(file) ?? []));
  for (const room of rooms) {
    expect(existsSync(join(room, 'README.md')), room).toBe(true);
    expect(linesOf(join(room, 'README.md')), room).toBeLessThan(40);
    expect(textOf('README.md')).toContain(`\n  ${basename(room)}/ `);
  }
});

test('a path that a README names exists', () => {
  const dead: string[] = [];
  for (const readme of tracked.filter((file) => file.endsWith('README.md'))) {
    for (const [, path = ''] of readFileSync(readme, 'utf8').matchAll(/`([\w@.-]+\/[\w@./-]*)`/g)) {
      const isThere = existsSync(path) || existsSync(join(dirname(readme), path));
      if (looksLikeAFile(path) && !isThere) dead.push(`${readme}: ${path}`);
    }
  }
  expect(dead).toEqual([]);
});

test('no source file grows beyond 300 lines', () => {
  const sources = tracked.filter((file) => /\.(ts|mjs|js|css|html)$/.test(file));
  const long = sources.filter((file) => !/\.test\.|\/test\//.test(file) && linesOf(file) > 300);
  expect(long).toEqual([]);
});

// `openai/gpt-4o` or `text/event-stream` is no path: ours begin in a folder of the house.
function looksLikeAFile(path: string): boolean {
  return /^(?:apps|packages|src|test|data|\.config|\.ci|\.github)\//.test(path);
}
