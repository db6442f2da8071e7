import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expandPartials, readFrom } from '../../build/partials.ts';
import { type MarkupProgram, markupProgram } from './markup-program.ts';

/**
 * Type-checks every expression in the markup of pages against their stores and components. Returns the
 * errors, each with its file and attribute.
 */
export async function checkMarkup(root: string, pages: readonly string[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'markup-'));
  try {
    const programs = new Map<string, MarkupProgram>();
    for (const page of pages) {
      const html = await readFile(join(root, page), 'utf8');
      const expanded = expandPartials(html, readFrom(root), page);
      const script = /<script type="module" src="([^"]+)"/.exec(expanded)?.[1] ?? '';
      const main = join(root, script.startsWith('/') ? '' : dirname(page), script);
      const program = markupProgram(expanded, main, join(root, 'src'));
      const name = `${page.replace(/\W/g, '-')}.ts`;
      programs.set(name, program);
      await writeFile(join(folder, name), program.source);
    }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(configOf(root)));
    const output = await compile(folder);
    // A line that begins with a space explains the one before.
    const faults = output.split('\n').filter((line) => /^\S/.test(line));
    const located = faults.map((line) => {
      const [, name = '', row, message] = /^([^(]+)\((\d+),\d+\): error (.*)$/.exec(line) ?? [];
      const origin = programs.get(name)?.origins[Number(row) - 1];
      return origin ? `${origin}: ${message}` : line;
    });
    // A partial is in several pages.
    return [...new Set([...programs.values().flatMap((it) => it.faults), ...located])];
  } finally {
    await rm(folder, { recursive: true });
  }
}

function configOf(root: string) {
  return {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      types: [],
      noUnusedLocals: false,
      // The markup checks the length before it reads an item.
      noUncheckedIndexedAccess: false,
    },
    include: ['*.ts', join(root, 'src/*.d.ts')],
  };
}

/** The compiler's output; empty if there are no errors. */
function compile(folder: string): Promise<string> {
  const compiler = join(
    dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
    'bin/tsc',
  );
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [compiler, '--pretty', 'false', '-p', folder],
      { cwd: folder },
      (error, stdout, stderr) => {
        const output = stdout + stderr;
        if (error && output === '') reject(error);
        else resolve(output);
      },
    );
  });
}
