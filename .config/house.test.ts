import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';

/** Exceptions from the rules in this file, each with its reason. */
const exceptions: Record<string, string> = {};

/** A folder with more source files than this probably holds several concepts. */
const maxFilesInFolder = 15;
/** A file and the slices that it alone imports are one file, if that file has no more lines than this. */
const maxLinesOfFamily = 150;

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(file));
const textOf = (file: string) => readFileSync(file, 'utf8');
const linesOf = (file: string) => textOf(file).split('\n').length - 1;
const isTest = (file: string) => /\.test\.|\/test\//.test(file);
const isSource = (file: string) =>
  /^(?:apps|packages)\/[^/]+\/src\/.*\.(?:ts|html|css)$/.test(file) && !isTest(file);

test('the top level holds what the README names, and nothing else', () => {
  const named = [
    'apps',
    'packages',
    'data',
    'pnpm-workspace.yaml',
    'pnpm-lock.yaml',
    'package.json',
    'turbo.json',
    'tsconfig.base.json',
    'vitest.config.ts',
    'docker-compose.yml',
    'README.md',
    'CHANGELOG.md',
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

test('every recorded change names the product', () => {
  expect(() => execFileSync('pnpm', ['change', 'check'], { stdio: 'pipe' })).not.toThrow();
  const changes = tracked.filter((file) => /^\.changeset\/.*\.md$/.test(file));
  expect(changes.filter((file) => textOf(file).includes('"@api-monitor/'))).toEqual([]);
});

describe('what a text names exists', () => {
  test('each path in a document', () => {
    const dead = tracked
      .filter((file) => file.endsWith('.md'))
      .flatMap((file) =>
        [...textOf(file).matchAll(/`([\w@.-]+\/[\w@./-]*)`/g)]
          .map(([, path = '']) => path)
          .filter((path) => isPath(path))
          .filter((path) => !existsSync(path) && !existsSync(join(dirname(file), path)))
          .map((path) => `${file}: ${path}`),
      );
    expect(dead).toEqual([]);
  });

  test('each file that a room’s README names without its folder', () => {
    const names = new Set(tracked.map((file) => basename(file)));
    const dead = tracked
      .filter((file) => /^(?:apps|packages)\/[^/]+\/README\.md$/.test(file))
      .flatMap((readme) =>
        [...textOf(readme).matchAll(/`([\w.-]+\.(?:ts|html|css))`/g)]
          .map(([, name = '']) => name)
          .filter((name) => !names.has(name))
          .map((name) => `${readme}: ${name}`),
      );
    expect(dead).toEqual([]);
  });

  test('each command in a document', () => {
    const scriptsOf = (folder: string) => {
      const { scripts = {} }: { scripts?: object } = JSON.parse(
        textOf(join(folder, 'package.json')),
      );
      return Object.keys(scripts);
    };
    const folders = [...new Set(tracked.map(roomOf))];
    const roomNamed = (name: string) => folders.find((folder) => basename(folder) === name) ?? '.';
    const command = /(?:npm run|pnpm)(?: --filter @api-monitor\/([\w-]+))? ([a-z][\w:-]*)/g;
    const dead = tracked
      .filter((file) => file.endsWith('.md'))
      .flatMap((file) =>
        [...textOf(file).matchAll(command)]
          .filter(([, room = '.', script = '']) => {
            const known = room === '.' ? ['install', 'vitest', 'change'] : [];
            return ![...known, ...scriptsOf(roomNamed(room))].includes(script);
          })
          .map(([text]) => `${file}: ${text}`),
      );
    expect(dead).toEqual([]);
  });

  test('each environment variable, in the README and in .env.example alike', () => {
    const rows = textOf('README.md').match(/^\| `[A-Z_]+`.*?\|/gm) ?? [];
    const inReadme = rows.flatMap((row) => row.match(/[A-Z_]{4,}/g) ?? []);
    const [ofServices = ''] = textOf('.env.example').split('# docker compose');
    const inExample = [...ofServices.matchAll(/^# ([A-Z_]+)=/gm)].map(([, name]) => name);
    const inBoth = inReadme.filter((name) => name !== 'API_MONITOR_TOKEN_ADMIN');
    expect(inExample.toSorted()).toEqual(inBoth.toSorted());
  });

  test('each path in a comment', () => {
    const dead = tracked
      .filter((file) => /\.(?:ts|mjs|jsonc|yml|yaml|css|html)$|Dockerfile|Caddyfile/.test(file))
      .flatMap((file) =>
        (textOf(file).match(/(?<!\w)\/\*[\s\S]*?\*\/|(?<!:)\/\/.*|<!--[\s\S]*?-->|^\s*#.*/gm) ?? [])
          .flatMap((comment) => comment.match(/(?<![\w@./-])[\w.]+\/[\w@./-]*\w/g) ?? [])
          .filter(
            (path) => isPath(path) && !existsSync(path) && !existsSync(join(roomOf(file), path)),
          )
          .map((path) => `${file}: ${path}`),
      );
    expect(dead).toEqual([]);
  });
});

describe('files and folders are concepts', () => {
  const used = new Set<string>();
  const isUnexcused = (path: string) => {
    used.add(path);
    return !(path in exceptions);
  };
  /** Each source file with the files that import it, tests not counted. */
  let importers: Map<string, string[]>;
  beforeAll(() => {
    const json = execFileSync(
      'node_modules/.bin/depcruise',
      ['apps', 'packages', '--output-type', 'json'],
      { encoding: 'utf8', maxBuffer: 100_000_000 },
    );
    const { modules }: { modules: { source: string; dependents: string[] }[] } = JSON.parse(json);
    importers = new Map(
      modules.map(({ source, dependents }) => [source, dependents.filter((file) => !isTest(file))]),
    );
  });

  test('slices that only the file beside them imports are part of it, if all of it is short', () => {
    const families = Map.groupBy(tracked.filter(isSource), (file) => {
      const [parent = '', ...others] = importers.get(file) ?? [];
      const isSlice =
        others.length === 0 &&
        dirname(parent) === dirname(file) &&
        !/^(?:index|main)\.ts$/.test(basename(parent)) &&
        // A slice with its own test is its own concept.
        !existsSync(file.replace(/\.ts$/, '.test.ts'));
      return isSlice ? parent : '';
    });
    families.delete('');
    const short = [...families].filter(
      ([parent, slices]) =>
        [parent, ...slices].reduce((sum, file) => sum + linesOf(file), 0) <= maxLinesOfFamily,
    );
    const found = short.flatMap(([, slices]) => slices);
    expect(found.filter(isUnexcused)).toEqual([]);
  });

  test('a folder holds at most fifteen source files', () => {
    const sizes = Map.groupBy(tracked.filter(isSource), dirname);
    const large = [...sizes].filter(([, files]) => files.length > maxFilesInFolder);
    expect(large.map(([folder]) => folder).filter(isUnexcused)).toEqual([]);
  });

  // Runs last: the tests above used what they needed.
  test('every exception is needed', () => {
    expect(Object.keys(exceptions).filter((path) => !used.has(path))).toEqual([]);
  });
});

/** `openai/gpt-4o` and `text/event-stream` aren't paths: a path begins with a folder of the repository. */
function isPath(text: string): boolean {
  return /^(?:apps|packages|src|test|build|data|\.(?:config|ci|docker|github|changeset))\//.test(
    text,
  );
}

function roomOf(file: string): string {
  return /^(?:apps|packages)\/[^/]+/.exec(file)?.[0] ?? '.';
}
