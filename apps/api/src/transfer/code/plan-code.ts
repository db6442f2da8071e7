import {
  AppError,
  fieldsFreeOfCode,
  sensitiveTargetFields,
  settingsInForce,
  type Target,
  targetDefaults,
} from '@api-monitor/core';
import { type Database, listTargets, readSettings } from '@api-monitor/db';
import type { ApiDeps } from '../../api-deps.ts';
import type { Changer } from '../../targets/change-targets.ts';
import type { UploadedAlerts } from '../alerts/alert-section.ts';
import { type AlertPlan, planAlerts } from '../alerts/plan-alerts.ts';
import { type CheckedEntry, checkEntries } from '../check-entries.ts';
import { entryFields } from '../export-formats.ts';
import type { CodePlace, UploadedEntry } from '../import-notes.ts';
import { mapInSlices } from '../map-in-slices.ts';
import { type Draft, type PlannedChannel, planImport } from '../plan-import.ts';
import { isRecord } from '../upload/bound-entries.ts';
import { type CodeInput, sourceOf } from './code-shapes.ts';
import { referencedNames, withVariables } from './variable-references.ts';

export type CodeDeps = Pick<ApiDeps, 'db' | 'bus' | 'now' | 'givenSettings' | 'uploadReader'>;

export interface CodePlan {
  /** The channels of the files, each with every field that code decides. */
  entries: CheckedEntry[];
  /** What happens to each of them. */
  planned: PlannedChannel[];
  /** Channels that were set from files beside these, which no longer contain them. */
  left: Target[];
  /** What a channel has in the fields that it leaves out. */
  defaults: Defaults;
  /** Of each channel, the fields that refer to variables, whose values are nobody's to read. */
  referring: ReadonlySet<string>[];
  /** What the files say about alerts, with the values of their variables. */
  sections: UploadedAlerts[];
  alerts: AlertPlan;
  /** The same of each destination, by its name. */
  referringAlerts: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * What left-out fields of a channel don't reset: what people may change meanwhile, and what may be a secret,
 * so that a file without secrets removes none.
 */
const keptFields: ReadonlySet<string> = new Set([...fieldsFreeOfCode, ...sensitiveTargetFields]);

const mostFaults = 100;

/**
 * What it would take to make the channels as the files say. Writes nothing. Throws AppError `invalid_input`
 * with a line for each channel that is refused: its file, its line and what is wrong.
 */
export async function planCode(
  deps: Pick<CodeDeps, 'db' | 'givenSettings' | 'uploadReader'>,
  by: Changer,
  input: CodeInput,
  signal?: AbortSignal,
): Promise<CodePlan> {
  const bytes = Buffer.from(JSON.stringify(input.files));
  const read = await deps.uploadReader.read(bytes, { kind: 'code' }, signal);
  const { entries: uploaded } = read;
  const faults = new Faults();
  const given = await mapInSlices(uploaded, (one) => resolved(one, input.variables, faults));
  const defaults = await defaultsInForce(deps);
  const named = await checkEntries(given);
  const checked = await mapInSlices(named, (one) => whole(one, defaults));
  const { drafts } = await planImport(deps.db, checked, { own: by.own, keyless: 'refused' });
  for (const draft of drafts) faults.addRefusal(draft, checked);
  const sections = read.alerts.map((one) => resolvedSection(one, input.variables, faults));
  faults.throwIfAny();
  const left = await listLeft(deps.db, input, drafts);
  const planned = drafts.map((draft) => draft.planned);
  const referring = uploaded.map(({ entry }) => fieldsWithReferences(entry));
  const channels = checked.flatMap(({ name }) => name ?? []);
  const alerts = await planAlertsOfCode(deps.db, input, { sections, channels });
  const referringAlerts = new Map(
    read.alerts.flatMap(({ section }) => referringDestinations(section)),
  );
  return {
    entries: checked,
    planned,
    left,
    defaults,
    referring,
    sections,
    alerts,
    referringAlerts,
  };
}

/**
 * What it would take to make alerts as the files say. Throws AppError `invalid_input` with a line for each
 * fault. `channels`: the names of those that are in the files.
 */
export async function planAlertsOfCode(
  db: Database,
  { files }: CodeInput,
  { sections, channels }: { sections: readonly UploadedAlerts[]; channels: readonly string[] },
): Promise<AlertPlan> {
  const source = sourceOf(files[0]?.path ?? '');
  const isOfSource = (file: string) => sourceOf(file) === source;
  const plan = await planAlerts(db, sections, { channels, source: isOfSource });
  if (plan.faults.length === 0) return plan;
  const lines = plan.faults.map(({ message }) => message);
  throw new AppError('invalid_input', lines.slice(0, mostFaults).join('\n'));
}

/** The section with its variables replaced. */
function resolvedSection(
  uploaded: UploadedAlerts,
  variables: CodeInput['variables'],
  faults: Faults,
): UploadedAlerts {
  const { section, file, line } = uploaded;
  const lookUp = (variable: string) => {
    const found = variables[variable];
    if (found) return found;
    faults.add({ file: file ?? '', line }, null, `alerts: ${variable} is not set`);
    return 'unset';
  };
  for (const [index, entry] of destinationsIn(section).entries()) {
    const { name, channels } = isRecord(entry) ? entry : {};
    const place = { file: file ?? '', line: uploaded.lines[index] ?? line };
    if (refers(name)) faults.add(place, null, `alerts.destinations.${index}.name ${noVariable}`);
    if (!refers(channels)) continue;
    faults.add(place, null, `alerts.destinations.${index}.channels ${noVariable}`);
  }
  return { ...uploaded, section: withVariables(section, lookUp) };
}

/** Names are printed, and what variables hold isn't for everybody who reads a plan. */
const noVariable = 'must be written out, without a variable';

function destinationsIn(section: unknown): readonly unknown[] {
  const { destinations } = isRecord(section) ? section : {};
  return Array.isArray(destinations) ? destinations : [];
}

function refers(value: unknown): boolean {
  return referencedNames(JSON.stringify(value) ?? '').length > 0;
}

function fieldsWithReferences(entry: unknown): ReadonlySet<string> {
  const fields = isRecord(entry) ? Object.entries(entry) : [];
  return new Set(fields.flatMap(([field, value]) => (refers(value) ? [field] : [])));
}

function referringDestinations(section: unknown): [string, ReadonlySet<string>][] {
  return destinationsIn(section).flatMap((entry) => {
    const { name, config = {} } = isRecord(entry) ? entry : {};
    const fields = [...fieldsWithReferences(entry), ...fieldsWithReferences(config)];
    return typeof name === 'string' ? [[name, new Set(fields)]] : [];
  });
}

/** What is wrong with the files, a line for each fault. */
class Faults {
  readonly #lines: string[] = [];

  add({ file, line }: Pick<CodePlace, 'file' | 'line'>, name: string | null, message: string) {
    const named = name === null ? '' : ` (${JSON.stringify(name)})`;
    this.#lines.push(`${file}:${line}${named}: ${message}`);
  }

  addRefusal({ checked, planned }: Draft, all: readonly CheckedEntry[]) {
    if (planned.outcome !== 'refused' || !checked.place) return;
    const { refusal, name } = planned;
    const fields = Object.keys(refusal.fields ?? {});
    const [field = ''] = fields.map((path) => path.split('.')[0] ?? '');
    const line = checked.place.fields[field] ?? checked.place.line;
    const isRepeated = refusal.fields?.name?.code === 'repeated';
    const first = isRepeated ? all.find((other) => other.name === name)?.place : null;
    const message = first
      ? `name is that of another channel, at ${first.file}:${first.line}`
      : refusal.message;
    this.add({ ...checked.place, line }, name, message);
  }

  throwIfAny() {
    const shown = this.#lines.slice(0, mostFaults);
    const more = this.#lines.length - shown.length;
    if (more > 0) shown.push(`and ${more} more`);
    if (shown.length > 0) throw new AppError('invalid_input', shown.join('\n'));
  }
}

/** The entry with its variables replaced. */
function resolved(
  { entry, ...about }: UploadedEntry,
  variables: CodeInput['variables'],
  faults: Faults,
): UploadedEntry {
  if (!isRecord(entry)) return { entry, ...about };
  const name = typeof entry.name === 'string' ? entry.name.slice(0, 128) : null;
  const { place } = about;
  if (place && refers(entry.name)) {
    const line = place.fields.name ?? place.line;
    faults.add({ ...place, line }, null, `name ${noVariable}`);
  }
  const fields = Object.entries(entry).map(([field, value]) => {
    const lookUp = (variable: string) => {
      const found = variables[variable];
      if (found) return found;
      const line = place?.fields[field] ?? 1;
      if (place) faults.add({ ...place, line }, name, `${field}: ${variable} is not set`);
      return 'unset';
    };
    return [field, withVariables(value, lookUp)];
  });
  return { entry: Object.fromEntries(fields), ...about };
}

export type Defaults = Readonly<Record<string, unknown>>;

async function defaultsInForce({
  db,
  givenSettings,
}: Pick<CodeDeps, 'db' | 'givenSettings'>): Promise<Defaults> {
  const settings = settingsInForce(await readSettings(db), givenSettings);
  const defaults = { ...targetDefaults, interval_min: settings.default_interval_min };
  return Object.fromEntries(Object.entries(defaults).filter(([field]) => !keptFields.has(field)));
}

/** The entry with every field that code decides, in their usual order. */
function whole(checked: CheckedEntry, defaults: Defaults): CheckedEntry {
  if ('refusal' in checked || !checked.place) return checked;
  const { name, base_url } = checked.entry;
  const given: Readonly<Record<string, unknown>> = { ...defaults, ...checked.entry };
  const inOrder = entryFields.flatMap((field) => (field in given ? [[field, given[field]]] : []));
  const managed_by = checked.place.file;
  return { ...checked, entry: { name, base_url, ...Object.fromEntries(inOrder), managed_by } };
}

/** The channels that were set from the same folder or file, and that no entry is about any more. */
async function listLeft(
  db: Database,
  { files }: CodeInput,
  drafts: readonly Draft[],
): Promise<Target[]> {
  const source = sourceOf(files[0]?.path ?? '');
  const matched = new Set(drafts.map(({ targetId }) => targetId));
  const targets = await listTargets(db);
  return targets.filter(
    ({ id, managed_by }) =>
      managed_by !== null && sourceOf(managed_by) === source && !matched.has(id),
  );
}
