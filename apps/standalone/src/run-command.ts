import { type ParseArgsOptionDescriptor, parseArgs } from 'node:util';
import { describeStartFault, EnvError } from '@api-monitor/runtime';

interface Command<Flag extends string> {
  /** Shown for `--help`, and for an unknown flag. */
  usage: string;
  /** The flags besides `--help`; each is off unless it is given. */
  flags: readonly Flag[];
  work(given: Record<Flag, boolean>): Promise<void>;
}

/** Runs a program that is called by hand. If it fails, it says why in a line and exits with code 1. */
export async function runCommand<Flag extends string>(command: Command<Flag>): Promise<void> {
  try {
    const { help, ...given } = readFlags(command);
    if (help) say(command.usage);
    // Each flag has a default.
    else await command.work(given as Record<Flag, boolean>);
  } catch (error) {
    console.error(describeStartFault(error) ?? error);
    process.exit(1);
  }
}

/** Prints a line. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function readFlags<Flag extends string>({ usage, flags }: Command<Flag>) {
  const flag = { type: 'boolean', default: false } as const satisfies ParseArgsOptionDescriptor;
  const options = Object.fromEntries([...flags, 'help'].map((name) => [name, flag]));
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new EnvError(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}
