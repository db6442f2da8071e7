import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Bench } from './bench.ts';
import { type ContenderName, contenderNames, type Kind } from './contenders.ts';
import type { Figure } from './figure.ts';
import { valuesOf } from './measure-load.ts';
import { quantile } from './quantile.ts';
import { runStreams } from './run-streams.ts';
import { takeTurns } from './take-turns.ts';

interface StreamResult {
  firstByteMs: number;
  lateMs: number;
  lateP99Ms: number;
}

/** In MB; SQLite's memory map of the database is resident, and not anonymous. */
interface Memory {
  residentMb: number;
  anonymousMb: number;
}

export interface StreamFigures {
  figures: Figure[];
  /** Of the whole product, with all streams open; one value a round. */
  memory: Memory[];
}

const promptBytes = 900;
const manyStreams = 500;
/** As long as a stream, so that those that follow begin at all times. */
const rampMs = 2500;

/** How soon a stream's first byte comes, and how late its chunks are. */
export async function measureStreams(bench: Bench): Promise<StreamFigures> {
  const alone = await takeTurns(contenderNames, bench.rounds, (name) =>
    stream(bench, name, { kind: 'brief', streams: 1, rampMs: 100 }),
  );
  const memory: Memory[] = [];
  const many = await takeTurns(contenderNames, bench.rounds, async (name) => {
    const under = stream(bench, name, { kind: 'paced', streams: manyStreams, rampMs });
    if (name === 'gateway') memory.push(await memoryAfter(bench.product.pid, rampMs));
    return under;
  });
  const aloneFirst = valuesOf(alone, ({ firstByteMs }) => firstByteMs);
  const first = valuesOf(many, ({ firstByteMs }) => firstByteMs);
  const late = valuesOf(many, ({ lateMs }) => lateMs);
  const lateP99 = valuesOf(many, ({ lateP99Ms }) => lateP99Ms);
  const name = `${manyStreams} streams, a chunk every 50 ms:`;
  const figures: Figure[] = [
    figure('first byte of one stream, ms', aloneFirst, 'to_direct', '≤ +1.5'),
    figure(`first byte with ${manyStreams} streams, ms`, first, 'to_direct', '≤ +1.5'),
    figure(`${name} chunks late by, median ms`, late, 'alone', '≤ 0.4'),
    figure(`${name} chunks late by, p99 ms`, lateP99, 'alone', '≤ 20'),
  ];
  return { figures, memory: memory.slice(-bench.rounds) };
}

async function stream(
  { contenders, seconds }: Bench,
  name: ContenderName,
  how: { kind: Kind; streams: number; rampMs: number },
): Promise<StreamResult> {
  const contender = contenders[name];
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

function figure(
  name: string,
  values: Figure['values'],
  compare: Figure['compare'],
  target: string,
): Figure {
  return { name, values, compare, target };
}

/** The memory of a process, that time from now (Linux). */
async function memoryAfter(pid: number, ms: number): Promise<Memory> {
  await pause(ms);
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name: string) =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024) / 1e6;
  return { residentMb: megabytes('VmRSS'), anonymousMb: megabytes('RssAnon') };
}
