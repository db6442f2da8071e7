import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { basePath, pagePath } from './base-path.ts';

const root = join(import.meta.dirname, '..');
const linesOf = (pattern: string) =>
  globSync(pattern, { cwd: root }).flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .map((line) => `${file}: ${line.trim()}`),
  );

it('without a base path everything is at the root', () => {
  expect([basePath(), pagePath('/viewer.html?target_id=1')]).toEqual([
    '/',
    '/viewer.html?target_id=1',
  ]);
});

it('no script makes an address of ours without the base path', () => {
  const own = /(?<![\w.])['"`]\/(?:[a-z-]+\.html|admin|docs|api|status|badge)\b|href="\/[a-z]/;
  const lines = linesOf('**/*.ts').filter(
    (line) => !/^\S+\.test\.ts|: (?:\*|\/\*|\/\/)/.test(line),
  );
  expect(lines.filter((line) => own.test(line) && !line.includes('pagePath('))).toEqual([]);
});

it('in markup an address of ours begins its attribute, where the API finds it', () => {
  const lines = linesOf('**/*.html').filter((line) => /'\/[a-z]/.test(line));
  expect(lines.filter((line) => !/\s:href="'\/[a-z]/.test(line))).toEqual([]);
});
