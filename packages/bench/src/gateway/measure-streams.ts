import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Contender, Kind } from './contenders.ts';
import { type Figure, quantile, spreadOf } from './figure.ts';
import type { Bench } from './set-up.ts';
import { runStreams } from './streams.ts';
import { takeTurns, valuesOf } from './take-turns.ts';

export interface StreamFigures {
  figures: Figure[];
  /** A line for each gateway: what it holds with all streams open. */
  memory: string;
}

const promptBytes = 900;
const manyStreams = 500;
/** As long as a stream, so that later streams begin at random times. */
const rampMs = 2500;

/** How soon a stream's first byte comes, and how late its chunks are. */
export async function measureStreams(bench: Bench): Promise<StreamFigures> {
  const { contenders, rounds, pids } = bench;
  const alone = await takeTurns(contenders, rounds, (contender) =>
    stream(bench, contender, { kind: 'brief', streams: 1, rampMs: 100 }),
  );
  const many = await takeTurns(contenders, rounds, async (contender) => {
    const pid = pids.get(contender.name);
    const [result, memory] = await Promise.all([
      stream(bench, contender, { kind: 'paced', streams: manyStreams, rampMs }),
      pause(rampMs).then(() => (pid === undefined ? null : memoryOf(pid))),
    ]);
    return { ...result, memory };
  });
  const aloneFirst = valuesOf(alone, ({ firstByteMs }) => firstByteMs);
  const first = valuesOf(many, ({ firstByteMs }) => firstByteMs);
  const late = valuesOf(many, ({ lateMs }) => lateMs);
  const lateP99 = valuesOf(many, ({ lateP99Ms }) => lateP99Ms);
  const name = `${manyStreams} streams, a chunk every 50 ms: chunks late by`;
  const figures: Figure[] = [
    { name: 'first byte of one stream, ms', values: aloneFirst, ...toDirect },
    { name: `first byte with ${manyStreams} streams, ms`, values: first, ...toDirect },
    { name: `${name}, median ms`, values: late, compare: 'alone', target: '≤ 0.4' },
    { name: `${name}, p99 ms`, values: lateP99, compare: 'alone', target: '≤ 10' },
  ];
  const memory = [...many].flatMap(([who, results]) => {
    const held = results.flatMap((result) => result.memory ?? []);
    if (held.length === 0) return [];
    const resident = spreadOf(held.map(({ residentMb }) => residentMb));
    const anonymous = spreadOf(held.map(({ anonymousMb }) => anonymousMb));
    return `${who} with ${manyStreams} streams: ${resident} MB, of it anonymous ${anonymous} MB`;
  });
  return { figures, memory: memory.join('\n') };
}

const toDirect = { compare: 'to_direct', target: '≤ 1.0' } as const;

async function stream(
  { seconds }: Bench,
  contender: Contender,
  how: { kind: Kind; streams: number; rampMs: number },
) {
  const { firstByteMs, lateMs } = await runStreams({
    ...how,
    seconds,
    url: contender.url(how.kind),
    key: contender.key,
    body: contender.body(how.kind, promptBytes),
  });
  return {
    firstByteMs: quantile(firstByteMs, 0.5),
    lateMs: quantile(lateMs, 0.5),
    lateP99Ms: quantile(lateMs, 0.99),
  };
}

/** Of a whole process, in MB (Linux); SQLite's memory map of the database is resident, not anonymous. */
async function memoryOf(pid: number) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name: string) =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024) / 1e6;
  return { residentMb: megabytes('VmRSS'), anonymousMb: megabytes('RssAnon') };
}
