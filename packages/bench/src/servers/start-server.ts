import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onCore } from '../gateway/cores.ts';

/** A small server in a separate process, like the product. */
export interface Server {
  origin: string;
  pid: number;
  stop(): Promise<void>;
}

interface Options {
  args?: readonly string[];
  /** The one core that it may use; any by default. */
  core?: number;
}

/** Starts a program in this folder that prints its address once it listens. */
export async function startServer(
  fileName: string,
  { args = [], core }: Options = {},
): Promise<Server> {
  const main = fileURLToPath(new URL(fileName, import.meta.url));
  const run = onCore(core, process.execPath, [main, ...args]);
  const child = spawn(run.command, run.args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data', { signal: AbortSignal.timeout(10_000) });
  const { port } = JSON.parse(String(line)) as { port: number };
  return {
    origin: `http://127.0.0.1:${port}`,
    pid: child.pid ?? Number.NaN,
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}
