import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ProbeResult, probeResultShape } from '@api-monitor/core';
import { sampleOf } from '@api-monitor/core/testing';
import { createLogger } from '@api-monitor/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cleanLogs, logFileName, openProbeLog } from './probe-logs.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'logs-'));
});
afterEach(() => rm(dir, { recursive: true }));

const logger = createLogger({ name: 'test', level: 'silent' });
const head = { target_id: 7, run_id: 3, target_name: 'a "name"\nwith a break' };
const probe: ProbeResult = { ...sampleOf(probeResultShape), content: 'line\nbreak' };

const nowS = 1_700_000_000;

async function file(name: string, bytes: number, ageS: number) {
  await writeFile(join(dir, name), Buffer.alloc(bytes));
  const time = nowS - ageS;
  await utimes(join(dir, name), time, time);
}

test('a log is named after its target and its second', () => {
  expect(logFileName(12, Date.UTC(2026, 10, 23, 7, 5, 9) / 1000)).toBe(
    'target_12_20261123_070509.jsonl',
  );
});

test('each probe is one line, whatever its texts contain', async () => {
  const path = { dir: join(dir, 'made'), file: 'target_7_20261123_070509.jsonl' };
  const log = openProbeLog(path, head, logger);
  log.write(probe);
  log.write({ ...probe, model: 'second' });
  expect(await log.close()).toBe(true);
  const lines = (await readFile(join(path.dir, path.file), 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { ...head, ...probe },
    { ...head, ...probe, model: 'second' },
  ]);
});

test('a run ends even if its log cannot be written', async () => {
  await mkdir(join(dir, 'taken.jsonl'));
  const log = openProbeLog({ dir, file: 'taken.jsonl' }, head, logger);
  log.write(probe);
  expect(await log.close()).toBe(false);
});

test('no file is created without a line', async () => {
  const log = openProbeLog({ dir, file: 'target_7_20261123_070509.jsonl' }, head, logger);
  expect(await log.close()).toBe(false);
  expect(await readdir(dir)).toEqual([]);
});

test('the oldest logs are deleted first, but none in use, and nothing else', async () => {
  await file('target_1_20260101_000000.jsonl', 400, 300);
  await file('target_2_20260101_000000.jsonl', 400, 200);
  await file('target_3_20260101_000000.jsonl', 400, 100);
  await file('notes.txt', 10_000, 999);
  const inUse = new Set(['target_1_20260101_000000.jsonl']);
  const deleted = await cleanLogs({ dir, maxBytes: 900, keepFromS: 0, nowS, inUse });
  expect(deleted).toEqual(['target_2_20260101_000000.jsonl']);
  expect((await readdir(dir)).sort()).toEqual([
    'notes.txt',
    'target_1_20260101_000000.jsonl',
    'target_3_20260101_000000.jsonl',
  ]);
});

const all = { maxBytes: Infinity, keepFromS: 0, nowS, inUse: new Set<string>() };

test('logs from before the retention are deleted, even if there is room', async () => {
  await file('target_1_20260101_000000.jsonl', 10, 1000);
  await file('target_2_20260101_000000.jsonl', 10, 900);
  await file('target_3_20260101_000000.jsonl', 10, 1000);
  const inUse = new Set(['target_3_20260101_000000.jsonl']);
  expect(await cleanLogs({ ...all, dir, keepFromS: nowS - 950, inUse })).toEqual([
    'target_1_20260101_000000.jsonl',
  ]);
});

test('empty logs are deleted, except those that a run may have just created', async () => {
  await file('target_1_20260101_000000.jsonl', 0, 100);
  await file('target_2_20260101_000000.jsonl', 0, 5);
  await file('target_3_20260101_000000.jsonl', 0, 100);
  const inUse = new Set(['target_3_20260101_000000.jsonl']);
  expect(await cleanLogs({ ...all, dir, inUse })).toEqual(['target_1_20260101_000000.jsonl']);
});

test('a folder that does not exist yet needs no cleaning', async () => {
  expect(await cleanLogs({ ...all, dir: join(dir, 'none'), maxBytes: 1 })).toEqual([]);
});
