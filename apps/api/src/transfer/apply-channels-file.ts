import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { AppError } from '@api-monitor/core';
import type { ApiDeps } from '../api-deps.ts';
import { createAudit } from '../audit/record-action.ts';
import { systemActor } from '../auth/caller.ts';
import { applyImport } from './apply-import.ts';
import { checkEntries } from './check-entries.ts';
import { importLimits } from './import-limits.ts';
import type { Upload } from './import-notes.ts';
import { planImport } from './plan-import.ts';
import { isRecord } from './upload/bound-entries.ts';
import type { UploadReader } from './upload/upload-reader.ts';

export interface ChannelsFile {
  path: string;
  /** Values for `${NAME}` in the file, so that keys don't have to be in it. */
  variables: Readonly<Record<string, string | undefined>>;
}

const reference = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/**
 * Adds and changes channels until they are as a YAML (or JSON) file says; other channels stay as they are,
 * and a second time nothing changes. Throws AppError `invalid_input`, before anything is written, with a
 * line for each bad entry that names the file, the entry and the field.
 */
export async function applyChannelsFile(
  deps: Pick<
    ApiDeps,
    'db' | 'bus' | 'logger' | 'now' | 'givenSettings' | 'listener' | 'uploadReader'
  >,
  { path, variables }: ChannelsFile,
): Promise<void> {
  const own = { askedUrls: [], listener: deps.listener?.() ?? null };
  const by = { audit: createAudit(systemActor, deps.now), own };
  const faults: string[] = [];
  const { entries: raw } = await readFile(deps.uploadReader, path);
  const given = raw.map(({ entry, notes }, index) => ({
    entry: substituted(entry, variables, (fault) => faults.push(`channels[${index}] ${fault}`)),
    notes,
  }));
  const entries = await checkEntries(given);
  const { drafts } = await planImport(deps.db, entries, { own, keyless: 'refused' });
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
  const resolve = (field: string, text: string) =>
    text.replaceAll(reference, (_whole, name: string) => {
      const value = variables[name];
      if (!value) onFault(`${field}: the variable ${name} is not set`);
      return value || 'unset';
    });
  const resolved = (field: string, value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((item) => resolved(field, item));
    return typeof value === 'string' ? resolve(field, value) : value;
  };
  return Object.fromEntries(
    Object.entries(entry).map(([field, value]) => [field, resolved(field, value)]),
  );
}
