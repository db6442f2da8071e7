import {
  type AlertRules,
  AppError,
  type AuditChange,
  alertRuleDefaults,
  changesBetween,
  type Destination,
  type DestinationInput,
  destinationDefaults,
} from '@api-monitor/core';
import {
  type Database,
  listDestinations,
  listManagedDestinations,
  listTargets,
  readAlertRules,
} from '@api-monitor/db';
import { secretFieldsOf } from '@api-monitor/notify';
import { z } from '@hono/zod-openapi';
import {
  type Config,
  checkedConfig,
  isKnownKind,
  maskedConfig,
  readConfig,
} from '../../alerts/destination-config.ts';
import { invalidInput } from '../../errors/invalid-input.ts';
import {
  type AlertSection,
  alertSectionShape,
  type DestinationEntry,
  type UploadedAlerts,
} from './alert-section.ts';

/** What happens to one destination. */
export interface PlannedDestination {
  input: DestinationInput;
  config: Config;
  /** The stored one; null: it is new. */
  before: Destination | null;
  changes: AuditChange[];
  file: string | null;
}

export interface AlertPlan {
  /** null: the files say nothing about rules. */
  rules: { rules: AlertRules; changes: AuditChange[]; file: string | null } | null;
  destinations: PlannedDestination[];
  /** Those that were set from the same source, and that no file is about any more. */
  left: { destination: Destination; file: string }[];
  /** What is left out, and why. */
  faults: AlertFault[];
}

interface Options {
  /** The names of channels that are written with them. */
  channels: readonly string[];
  /** What `managed_by` starts with for those that the files leave out; null: none are looked for. */
  source: ((file: string) => boolean) | null;
}

/** What is wrong with a destination, or with the section. */
export interface AlertFault {
  name: string;
  /** With its file and line, if it comes from code. */
  message: string;
}

/**
 * What it would take to make rules and destinations as files say, and what is wrong with them, which is left
 * out. Writes nothing.
 */
export async function planAlerts(
  db: Database,
  uploaded: readonly UploadedAlerts[],
  { channels, source }: Options,
): Promise<AlertPlan> {
  const faults: AlertFault[] = [];
  const sections = uploaded.flatMap((one) => readSection(one, faults));
  const rules = await planRules(db, sections, faults);
  const known = await readKnown(db, channels);
  const managed = await listManagedDestinations(db);
  const destinations: PlannedDestination[] = [];
  for (const { section, file, lines } of sections) {
    for (const [index, entry] of (section.destinations ?? []).entries()) {
      const { name } = entry;
      const fault = (words: string) => {
        const message = placed(file, lines[index] ?? 1, `${JSON.stringify(name)}: ${words}`);
        faults.push({ name, message });
      };
      if (destinations.some(({ input }) => input.name === name)) {
        fault('name is that of another destination in the files');
        continue;
      }
      const planned = await planDestination(db, known, entry, fault);
      if (!planned) continue;
      const changes = [...planned.changes, ...takenOver(planned.before, file, managed)];
      destinations.push({ ...planned, changes, file });
    }
  }
  const named = new Set(destinations.map(({ input }) => input.name));
  const left = (source === null ? [] : managed).flatMap(({ id, managed_by: file }) => {
    const destination = known.destinations.find((one) => one.id === id);
    const isLeft = destination && source?.(file) && !named.has(destination.name);
    return isLeft ? [{ destination, file }] : [];
  });
  return { rules, destinations, left, faults };
}

/** That code manages a destination from now on, or other code, which may prune it. */
function takenOver(
  before: Destination | null,
  file: string | null,
  managed: Awaited<ReturnType<typeof listManagedDestinations>>,
): AuditChange[] {
  if (!before || file === null) return [];
  const old = managed.find(({ id }) => id === before.id)?.managed_by ?? null;
  return old === file ? [] : [{ field: 'managed_by', old, new: file }];
}

type ReadSection = Omit<UploadedAlerts, 'section'> & { section: AlertSection };

/** Nothing if it isn't one, which is a fault. */
function readSection(uploaded: UploadedAlerts, faults: AlertFault[]): ReadSection[] {
  const { section, file, line, lines } = uploaded;
  const parsed = alertSectionShape.safeParse(section);
  if (parsed.success) return [{ ...uploaded, section: parsed.data }];
  const issues = parsed.error.issues.map((issue) => {
    return { ...issue, path: ['alerts', ...issue.path] };
  });
  const [, list, index] = issues[0]?.path ?? [];
  const own = list === 'destinations' ? lines[Number(index)] : undefined;
  const { message } = invalidInput(new z.ZodError(issues), { alerts: section });
  faults.push({ name: 'alerts', message: placed(file, own ?? line, message) });
  return [];
}

function placed(file: string | null, line: number, message: string): string {
  return file === null ? message : `${file}:${line}: ${message}`;
}

async function planRules(
  db: Database,
  sections: readonly ReadSection[],
  faults: AlertFault[],
): Promise<AlertPlan['rules']> {
  const [first, second] = sections.filter(({ section }) => section.rules !== undefined);
  if (!first) return null;
  if (second) {
    const message = placed(second.file, second.line, 'alerts.rules are in another file too');
    faults.push({ name: 'rules', message });
  }
  const given = Object.entries(first.section.rules ?? {}).filter(([, rule]) => rule !== undefined);
  const rules: AlertRules = { ...alertRuleDefaults, ...Object.fromEntries(given) };
  const changes = changesBetween(await readAlertRules(db), rules);
  return { rules, changes, file: first.file };
}

interface Known {
  destinations: readonly Destination[];
  idsByChannel: ReadonlyMap<string, number | null>;
}

/** null: the channel is written with the destination. */
async function readKnown(db: Database, channels: readonly string[]): Promise<Known> {
  const targets = await listTargets(db);
  return {
    destinations: await listDestinations(db),
    idsByChannel: new Map([
      ...channels.map((name) => [name, null] as const),
      ...targets.map(({ name, id }) => [name, id] as const),
    ]),
  };
}

async function planDestination(
  db: Database,
  { destinations, idsByChannel }: Known,
  { channels = [], config: given, ...entry }: DestinationEntry,
  fault: (message: string) => void,
): Promise<Omit<PlannedDestination, 'file'> | null> {
  const { name, kind, enabled, ...fields } = entry;
  const before = destinations.find((one) => one.name === name) ?? null;
  if (before && before.kind !== kind) {
    fault(`kind must stay ${before.kind}; give it another name`);
    return null;
  }
  const unknown = channels.find((channel) => !idsByChannel.has(channel));
  if (unknown !== undefined) {
    fault(`channels: there is no channel ${JSON.stringify(unknown)}`);
    return null;
  }
  const target_ids = channels.flatMap((channel) => idsByChannel.get(channel) ?? []);
  const stored = before && (await readConfig(db, before));
  try {
    const config = checkedConfig(kind, withSecrets(kind, given, stored), stored);
    // One that a person has paused stays so.
    const isEnabled = enabled ?? before?.enabled ?? true;
    const said = Object.fromEntries(
      Object.entries(fields).filter(([, value]) => value !== undefined),
    );
    const input = { ...destinationDefaults, ...said, name, kind, target_ids, enabled: isEnabled };
    const after = { ...input, ...(stored ? config : saidIn(config)) };
    const changes = changesBetween({ ...before, ...stored }, after, secretFieldsOf(kind));
    return { input, config, before, changes };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    fault(error.message);
    return null;
  }
}

/** A secret that is left out stays as it is: its masked form means the stored one, which no other server gets. */
function withSecrets(kind: DestinationEntry['kind'], given: Config, stored: Config | null): Config {
  if (!stored || !isKnownKind(kind)) return given;
  const masked = maskedConfig(kind, stored);
  const kept = secretFieldsOf(kind).filter((field) => !(field in given) && hasValue(stored[field]));
  return { ...Object.fromEntries(kept.map((field) => [field, masked[field]])), ...given };
}

/** The fields of a config that say something. */
export function saidIn(config: Config): Config {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => hasValue(value)));
}

function hasValue(value: unknown): boolean {
  const isEmptyList = Array.isArray(value) && value.length === 0;
  return value !== undefined && value !== null && value !== '' && !isEmptyList;
}
