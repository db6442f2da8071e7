import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseEnv } from 'node:util';
import {
  type CodeReport,
  type CodeService,
  connectCodeService,
  envText,
  filesAt,
  formatOfPath,
  hasChanges,
  listStrangers,
  openCodeService,
  readCodeFiles,
  showReport,
  writeFiles,
} from '@api-monitor/api';
import { createInProcessBus } from '@api-monitor/bus';
import { databaseFileName, openDatabase } from '@api-monitor/db';
import {
  apiTokenEnvShape,
  apiTokenOf,
  databaseEnvShape,
  databaseOptionsOf,
  EnvError,
  givenSettingsOf,
  readEnv,
  settingsEnvShape,
} from '@api-monitor/runtime';
import { z } from 'zod';
import { runCommand, say } from './run-command.ts';

const usage = `Channels as code: files of YAML or JSON say what the channels are.

  npm run channels -- export [PATH]     write them to a folder, a file, or the terminal
  npm run channels -- plan PATH         show what apply would change, and change nothing
  npm run channels -- apply PATH        make the channels as the files say
  npm run channels -- release NAME …    let people change channels again (--all: all of them)

PATH is a file, or a folder whose .yaml, .yml and .json files are read. A file is a channel, or has a
list of them under "channels"; under "alerts" it may have the rules and destinations of alerts. \${NAME} in it is the variable NAME; $\${NAME} is that text itself.

  --url URL         a monitor that runs; its API token comes from API_MONITOR_TOKEN. Without it, the
                    database of a monitor that is stopped: DATA_DIR or DATABASE_URL
  --prune           plan, apply: delete channels that were set from PATH and are no longer in it
  --yes             apply: don't ask before channels are deleted
  --source NAME     plan, apply: call PATH this, instead of its last part
  --json            plan, apply: print the answer for programs
  --env-file FILE   plan, apply: also read variables from it. export: write the secrets into it
  --format FORMAT   export: yaml (the default) or json
  --force           export: replace files that have other content

Exit code: 0 done, or nothing to change; 2 a plan that would change something; 1 an error.`;

const flags = ['prune', 'yes', 'json', 'force', 'all'] as const;
const values = ['url', 'source', 'env-file', 'format'] as const;

type Given = Record<(typeof flags)[number], boolean> &
  Partial<Record<(typeof values)[number], string>>;

const verbs: Record<
  string,
  (service: CodeService, given: Given, words: readonly string[]) => Promise<number | undefined>
> = { export: exportChannels, plan, apply, release };

/** `npm` and the launcher change the folder; paths are meant in the caller's. */
function pathOf(given: string): string {
  return resolve(process.env.INIT_CWD ?? '.', given);
}

async function run(given: Given, words: readonly string[]): Promise<number | undefined> {
  const [name = '', ...rest] = words;
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (!verb) throw new EnvError(usage);
  const { service, close } = await openService(given.url);
  try {
    return await verb(service, given, rest);
  } finally {
    await close();
  }
}

async function exportChannels(
  service: CodeService,
  given: Given,
  [path, ...others]: readonly string[],
): Promise<undefined> {
  const file = path === undefined ? null : formatOfPath(path);
  const format = given.format ?? file ?? 'yaml';
  if (others.length > 0 || (format !== 'yaml' && format !== 'json')) throw new EnvError(usage);
  const envFile = given['env-file'];
  const exported = await service.export({
    format,
    one_file: path === undefined || file !== null,
    values: envFile !== undefined,
  });
  const files = path === undefined ? [] : filesAt(pathOf(path), exported);
  const secrets = {
    path: pathOf(envFile ?? ''),
    text: envText(exported.variables),
    isPrivate: true,
  };
  await writeFiles([...files, ...(envFile === undefined ? [] : [secrets])], given.force);
  if (path === undefined) return void process.stdout.write(exported.files[0]?.text ?? '');
  const names = Object.keys(exported.variables);
  say(file === null ? `Files: ${files.length} in ${path}.` : `The channels are in ${path}.`);
  if (envFile !== undefined) say(`Secrets: ${names.length} in ${envFile}. Keep it out of Git.`);
  else if (names.length > 0) say(`Secrets: ${names.length} variables, such as ${names[0]}.`);
  if (file === null) {
    const strangers = await listStrangers(pathOf(path), files);
    if (strangers.length > 0) say(`Not from this export: ${strangers.join(', ')}.`);
  }
}

async function plan(service: CodeService, given: Given, words: readonly string[]) {
  const report = await service.plan(await inputOf(given, words), given.prune);
  print(report, given, false);
  return hasChanges(report) ? 2 : 0;
}

async function apply(service: CodeService, given: Given, words: readonly string[]) {
  const input = await inputOf(given, words);
  const isAsked = given.prune && !given.yes && process.stdin.isTTY && process.stdout.isTTY;
  if (isAsked) {
    const planned = await service.plan(input, true);
    const { deleted } = planned.counts;
    if (deleted > 0) {
      print(planned, { ...given, json: false }, false);
      if (!(await confirm(`Delete ${deleted} with their history? [y/N] `))) return 1;
    }
  }
  print(await service.apply(input, given.prune), given, true);
  return 0;
}

async function release(service: CodeService, given: Given, names: readonly string[]) {
  if (given.all === names.length > 0) throw new EnvError(usage);
  const released = await service.release(given.all ? null : names);
  say(`Released: ${released.length === 0 ? 'none' : released.join(', ')}.`);
  return 0;
}

async function inputOf(given: Given, [path, ...others]: readonly string[]) {
  if (path === undefined || others.length > 0) throw new EnvError(usage);
  const envFile = given['env-file'];
  const inFile = envFile === undefined ? {} : await readEnvFile(envFile);
  const variables = { ...process.env, ...inFile };
  return readCodeFiles(pathOf(path), { source: given.source ?? null, variables });
}

async function readEnvFile(path: string) {
  const text = await readFile(pathOf(path), 'utf8').catch(({ message }: Error) => {
    throw new EnvError(`--env-file: cannot be read (${message})`);
  });
  return parseEnv(text);
}

function print(report: CodeReport, { json }: Given, isDone: boolean): void {
  const isColoured = process.stdout.isTTY === true && !process.env.NO_COLOR;
  if (json) say(JSON.stringify(report, null, 2));
  else process.stdout.write(showReport(report, { isColoured, isDone }));
}

async function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(?:es)?$/i.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
}

async function openService(url: string | undefined) {
  if (url !== undefined) {
    const parsed = URL.parse(url);
    if (!parsed?.protocol.startsWith('http'))
      throw new EnvError('--url: must be http:// or https://');
    const token = apiTokenOf(readEnv(z.object(apiTokenEnvShape), process.env));
    if (!token)
      throw new EnvError('API_MONITOR_TOKEN: must be the API token of the monitor at --url');
    return { service: connectCodeService(parsed, token), close: async () => {} };
  }
  if (process.env.REDIS_URL?.trim()) {
    throw new EnvError(
      'REDIS_URL: separate services share this database; name one of them: --url URL',
    );
  }
  return openStopped();
}

/** On the database itself, which only one program may change. */
async function openStopped() {
  const env = readEnv(z.object({ ...databaseEnvShape, ...settingsEnvShape }), process.env);
  const file = join(env.DATA_DIR, databaseFileName);
  // Opening a folder without a database would create one.
  if (!env.DATABASE_URL && !existsSync(file)) {
    const fault = `DATA_DIR: ${resolve(env.DATA_DIR)} holds no ${databaseFileName}`;
    throw new EnvError(`${fault}; name the folder of the monitor, or one that runs with --url URL`);
  }
  const now = () => Date.now() / 1000;
  const db = await openDatabase({ ...databaseOptionsOf(env), use: 'alone', now }).catch(inUse);
  const bus = createInProcessBus({ nowMs: Date.now, onFault: () => {} });
  const service = openCodeService({ db, bus, now, givenSettings: givenSettingsOf(env) });
  const close = async () => {
    service.close();
    await bus.close();
    await db.close();
  };
  return { service, close };
}

function inUse(error: unknown): never {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'conflict') throw error;
  throw new EnvError(
    `${error.message}\nTo change the channels of the one that is running, add --url http://localhost:8081 and set API_MONITOR_TOKEN.`,
  );
}

await runCommand({ usage, flags, values, takesWords: true, work: run });
