import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

const program = `
  const { writeSync } = await import('node:fs');
  const { openDatabase, claimDelivery, finishDelivery } = await import(process.argv[1]);
  const { step } = await import(process.argv[2]);
  const [dataDir, databaseUrl, history, killAt] = process.argv.slice(3);
  let points = 0;
  let wasRefused = false;
  const reach = (point) => {
    writeSync(1, point + '\\n');
    points += 1;
    if (points === Number(killAt)) process.kill(process.pid, 'SIGKILL');
  };
  const db = await openDatabase({ dataDir, now: () => 1000, ...(databaseUrl ? { databaseUrl } : {}) });
  const last = await db.kysely.selectFrom('alert_state').select('updated_at').executeTakeFirst();
  for (const { nowS: atS, found } of JSON.parse(history)) {
    const nowS = Math.max(atS, last?.updated_at ?? 0);
    await step(db, nowS, found);
    reach('stepped ' + nowS);
    for (;;) {
      const claimed = await claimDelivery(db, { nowS, leaseS: 0 });
      if (!claimed) break;
      reach('claimed ' + claimed.key);
      // The last notice isn't taken at once.
      if (claimed.key.startsWith('n2-') && !wasRefused) {
        wasRefused = true;
        reach('refused ' + claimed.key);
        await finishDelivery(db, claimed, { kind: 'retry', at: nowS, answer: '503' }, nowS);
        reach('waits ' + claimed.key);
        continue;
      }
      const kinds = claimed.news.map(({ kind, incident }) => kind + ' ' + incident.id);
      reach('sent ' + claimed.key + ' ' + kinds.join(', '));
      await finishDelivery(db, claimed, { kind: 'sent', answer: '' }, nowS);
      reach('finished ' + claimed.key);
    }
  }
  writeSync(1, 'done\\n');
  process.exit(0);
`;

interface WorkerInput {
  dataDir: string;
  databaseUrl: string | undefined;
  history: readonly { nowS: number; found: readonly object[] }[];
  /** It kills itself with SIGKILL at this point of its work, counted from 1; 0: at none. */
  killAt: number;
}

/** A process that steps through a history and sends what it decides. Returns the points that it reached. */
export async function runAlertWorker(input: WorkerInput): Promise<string[]> {
  const { dataDir, databaseUrl, history, killAt } = input;
  const modules = ['../src/index.ts', './alert-samples.ts'].map((path) =>
    String(new URL(path, import.meta.url)),
  );
  const rest = [dataDir, databaseUrl ?? '', JSON.stringify(history), String(killAt)];
  const args = ['--input-type=module-typescript', '-e', program, ...modules, ...rest];
  const child: ChildProcess = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout ?? process.stdin })) {
    lines.push(line);
  }
  await exited;
  return lines;
}
