import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { AppError } from '@api-monitor/core';
import { importLimits } from '../../import-limits.ts';
import type { CodeInput } from '../code-shapes.ts';
import { referencedNames } from '../variable-references.ts';

const endings = /\.(?:ya?ml|json)$/i;

interface Options {
  /** What messages and channels call the folder or file; null: its own name. */
  source: string | null;
  /** Where `${NAME}` is looked up. Only what the files refer to is taken. */
  variables: Readonly<Record<string, string | undefined>>;
}

/**
 * A file, or all YAML and JSON files in a folder and the folders in it, except hidden ones, with the values that
 * they refer to. Throws AppError `invalid_input` if there are none, they can't be read, or are too large.
 */
export async function readCodeFiles(path: string, options: Options): Promise<CodeInput> {
  const { source, variables } = options;
  const found = await stat(path).catch(unreadable(path));
  const name = source ?? basename(resolve(path));
  const listed = found.isDirectory() ? await listFiles(path).catch(unreadable(path)) : null;
  const places = listed
    ? listed.map((inner) => ({
        file: join(path, inner),
        path: `${name}/${inner}`,
      }))
    : [{ file: path, path: name }];
  if (places.length === 0) throw invalid(`${path}: holds no .yaml, .yml or .json file`);
  if (places.length > importLimits.channels) {
    throw invalid(`${path}: holds more than ${importLimits.channels} files`);
  }
  let bytes = 0;
  const files = [];
  for (const place of places) {
    bytes += (await stat(place.file)).size;
    if (bytes > importLimits.textMiB * 1024 ** 2) {
      throw invalid(`${path}: holds more than ${importLimits.textMiB} MiB`);
    }
    files.push({ path: place.path, text: await readText(place.file) });
  }
  const names = new Set(files.flatMap(({ text }) => referencedNames(text)));
  const given = [...names].flatMap((one) => {
    const value = variables[one];
    return value ? [[one, value]] : [];
  });
  return { files, variables: Object.fromEntries(given) };
}

/** The paths of a folder's files in it, in an order that doesn't depend on the machine. */
async function listFiles(folder: string, inner = ''): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(folder, inner), { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue;
    const path = inner === '' ? entry.name : `${inner}/${entry.name}`;
    if (entry.isDirectory()) found.push(...(await listFiles(folder, path)));
    // A link to a file is one, as in a volume of Kubernetes; a link to a folder may lead in a circle.
    else if (endings.test(path) && (await stat(join(folder, path))).isFile()) found.push(path);
  }
  return found.sort();
}

async function readText(file: string): Promise<string> {
  const bytes = await readFile(file).catch(unreadable(file));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw invalid(`${file}: is not UTF-8`, cause);
  }
}

function unreadable(path: string) {
  return (cause: Error): never => {
    throw invalid(`${path}: cannot be read (${cause.message})`, cause);
  };
}

function invalid(message: string, cause?: unknown): AppError {
  return new AppError('invalid_input', message, { cause });
}
