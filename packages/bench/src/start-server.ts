import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A small server of ours in a process of its own, as the product is. */
export interface Server {
  origin: string;
  stop(): Promise<void>;
}

/** Starts a program that stands beside this file and prints its address once it listens. */
export async function startServer(fileName: string): Promise<Server> {
  const main = fileURLToPath(new URL(fileName, import.meta.url));
  const child = spawn(process.execPath, [main], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data', { signal: AbortSignal.timeout(10_000) });
  const { port } = JSON.parse(String(line)) as { port: number };
  return {
    origin: `http://127.0.0.1:${port}`,
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}
