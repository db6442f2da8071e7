import { type ParseArgsOptionDescriptor, parseArgs } from 'node:util';
import { describeStartFault, EnvError } from '@api-monitor/runtime';

type Given<Flag extends string, Value extends string> = Record<Flag, boolean> &
  Partial<Record<Value, string>>;

interface Command<Flag extends string, Value extends string> {
  /** Shown for `--help`, and for an unknown flag. */
  usage: string;
  /** The flags besides `--help`; each is off unless it is given. */
  flags: readonly Flag[];
  /** The flags that take a value. */
  values?: readonly Value[];
  /** Whether it takes words that aren't flags. */
  takesWords?: boolean;
  /** Returns the exit code, if it isn't 0. */
  work(
    given: Given<Flag, Value>,
    words: readonly string[],
  ): Promise<number | undefined> | Promise<void>;
}

/** Runs a program that is called by hand. If it fails, it says why in a line and exits with code 1. */
export async function runCommand<Flag extends string, Value extends string = never>(
  command: Command<Flag, Value>,
): Promise<void> {
  try {
    const { help, given, words } = readArguments(command);
    if (help) say(command.usage);
    else process.exitCode = (await command.work(given, words)) ?? 0;
  } catch (error) {
    console.error(describeStartFault(error) ?? error);
    process.exit(1);
  }
}

/** Prints a line. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function readArguments<Flag extends string, Value extends string>({
  usage,
  flags,
  values = [],
  takesWords = false,
}: Command<Flag, Value>) {
  const flag = { type: 'boolean', default: false } as const satisfies ParseArgsOptionDescriptor;
  const value = { type: 'string' } as const satisfies ParseArgsOptionDescriptor;
  const options = {
    ...Object.fromEntries([...flags, 'help'].map((name) => [name, flag])),
    ...Object.fromEntries(values.map((name) => [name, value])),
  };
  try {
    const parsed = parseArgs({ options, allowPositionals: takesWords });
    const { help, ...given } = parsed.values;
    // Each flag has a default, and each value is a text.
    return { help, given: given as Given<Flag, Value>, words: parsed.positionals };
  } catch (error) {
    throw new EnvError(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}
