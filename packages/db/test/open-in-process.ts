import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const openAndTell = `
  const { openDatabase, listTargets, openApiKey } = await import(process.argv[1]);
  const [dataDir, databaseUrl] = process.argv.slice(2);
  const db = await openDatabase({ dataDir, databaseUrl, now: () => 1000 });
  const sealed = db.secretBox.seal('hello', 'test');
  const keys = (await listTargets(db)).map((target) => openApiKey(db, target));
  await db.close();
  console.log(JSON.stringify({ sealed, keys }));
`;

interface Told {
  /** 'hello', sealed for 'test'. */
  sealed: string;
  /** The keys of all channels, in the clear. */
  keys: string[];
}

/** Opens the database in a new process. */
export async function openInProcess(dataDir: string, databaseUrl = ''): Promise<Told> {
  const database = new URL('../src/index.ts', import.meta.url).href;
  const args = ['--input-type=module-typescript', '-e', openAndTell];
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...args,
    database,
    dataDir,
    databaseUrl,
  ]);
  return JSON.parse(stdout);
}
