import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { AppError } from '@api-monitor/core';
import { listTargets } from '@api-monitor/db';
import type { ApiDeps } from '../../api-deps.ts';
import { createAudit } from '../../audit/record-action.ts';
import { systemActor } from '../../auth/caller.ts';
import type { Changer } from '../../targets/change-targets.ts';
import { applyImport } from '../apply-import.ts';
import { type CheckedEntry, checkEntries } from '../check-entries.ts';
import { importLimits } from '../import-limits.ts';
import type { Upload } from '../import-notes.ts';
import { planImport } from '../plan-import.ts';
import { isRecord } from '../upload/bound-entries.ts';
import type { UploadReader } from '../upload/upload-reader.ts';
import { releaseChannels } from './apply-code.ts';
import { withVariables } from './variable-references.ts';

export interface ChannelsFile {
  path: string;
  /** Values for `${NAME}` in the file, so that keys don't have to be in it. */
  variables: Readonly<Record<string, string | undefined>>;
}

type ApplyDeps = Pick<
  ApiDeps,
  'db' | 'bus' | 'logger' | 'now' | 'givenSettings' | 'listener' | 'uploadReader'
>;

/**
 * Adds and changes channels until they are as a YAML (or JSON) file says, and marks them as managed by it; what
 * it leaves out stays as it is, and a second time nothing changes. Channels that it no longer contains are given
 * back to people. Throws AppError `invalid_input`, before anything is written, with a
 * line for each bad entry that names the file, the entry and the field.
 */
export async function applyChannelsFile(
  deps: ApplyDeps,
  { path, variables }: ChannelsFile,
): Promise<void> {
  const by = changerOf(deps);
  const faults: string[] = [];
  const { entries: raw } = await readFile(deps.uploadReader, path);
  const given = raw.map(({ entry, notes }, index) => ({
    entry: substituted(entry, variables, (fault) => faults.push(`channels[${index}] ${fault}`)),
    notes,
  }));
  const entries = (await checkEntries(given)).map((one) => marked(one, markOf(path)));
  const { drafts } = await planImport(deps.db, entries, { own: by.own, keyless: 'refused' });
  for (const { planned } of drafts) {
    if (planned.outcome !== 'refused') continue;
    const name = planned.name === null ? '' : ` (${JSON.stringify(planned.name)})`;
    faults.push(`channels[${planned.index}]${name}: ${planned.refusal.message}`);
  }
  if (faults.length > 0) {
    const lines = faults.map((fault) => `CHANNELS_FILE ${path}: ${fault}`);
    throw new AppError('invalid_input', lines.join('\n'));
  }
  const plan = await applyImport(deps, by, entries);
  const changed = plan.filter(({ outcome }) => outcome !== 'unchanged').length;
  if (changed > 0) deps.logger.info({ channels: changed, path }, 'channels file applied');
  await releaseChannelsFile(deps, new Set(plan.flatMap(({ name }) => name ?? [])));
}

function changerOf({ now, listener }: Pick<ApplyDeps, 'now' | 'listener'>): Changer {
  const own = { askedUrls: [], listener: listener?.() ?? null };
  return { audit: createAudit(systemActor, now), own };
}

function marked(checked: CheckedEntry, managed_by: string): CheckedEntry {
  if ('refusal' in checked) return checked;
  return { ...checked, entry: { ...checked.entry, managed_by } };
}

async function readFile(reader: UploadReader, path: string): Promise<Upload> {
  const refuse = (cause: unknown) => {
    const fault = cause instanceof AppError ? cause.message : 'cannot be read';
    throw new AppError('invalid_input', `CHANNELS_FILE ${path}: ${fault}`, { cause });
  };
  // One byte too many, so that the reader refuses a longer file.
  const file = createReadStream(path, { end: importLimits.textMiB * 1024 ** 2 });
  const bytes = await buffer(file).catch(refuse);
  return reader.read(bytes, { kind: 'channels-file' }).catch(refuse);
}

/** The entry with its `${NAME}` references replaced; a variable that isn't set is a fault. */
function substituted(
  entry: unknown,
  variables: ChannelsFile['variables'],
  onFault: (fault: string) => void,
): unknown {
  if (!isRecord(entry)) return entry;
  const fields = Object.entries(entry).map(([field, value]) => {
    const lookUp = (name: string) => {
      const found = variables[name];
      if (!found) onFault(`${field}: the variable ${name} is not set`);
      return found || 'unset';
    };
    return [field, withVariables(value, lookUp)];
  });
  return Object.fromEntries(fields);
}

/** Starts the mark of the channels that such a file sets. */
const fileMark = 'CHANNELS_FILE';

function markOf(path: string): string {
  return `${fileMark} (${basename(path)})`;
}

/** Gives the channels that a `CHANNELS_FILE` set back to people, except those that it still contains. */
export async function releaseChannelsFile(
  deps: ApplyDeps,
  contained: ReadonlySet<string> = new Set(),
): Promise<void> {
  const targets = await listTargets(deps.db);
  const left = targets.filter(
    ({ name, managed_by }) => managed_by?.startsWith(`${fileMark} (`) && !contained.has(name),
  );
  if (left.length === 0) return;
  const names = left.map(({ name }) => name);
  await releaseChannels(deps, changerOf(deps), names);
}
