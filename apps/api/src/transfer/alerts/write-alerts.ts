import { alertRuleDefaults, destinationDefaults, namesOf, type Target } from '@api-monitor/core';
import { type Database, listDestinations, readAlertRules } from '@api-monitor/db';
import { describeAdapters, secretFieldsOf } from '@api-monitor/notify';
import { stringify } from 'yaml';
import { isKnownKind, readConfig } from '../../alerts/destination-config.ts';
import { destinationEntryFields } from './alert-section.ts';
import { saidIn } from './plan-alerts.ts';

type Entry = Record<string, unknown>;

/** Rules and destinations as a file has them, without what has its default. */
export interface WrittenAlerts {
  rules: Entry;
  destinations: {
    entry: Entry;
    config: Entry;
    /** Which fields of the config are secret. */
    secrets: readonly string[];
  }[];
}

/**
 * What the monitor's alerts are, with the secrets of their destinations in plain text; null if nobody has
 * set any. Destinations that another installation sealed are left out.
 */
export async function readAlertSection(
  db: Database,
  targets: readonly Pick<Target, 'id' | 'name'>[],
): Promise<WrittenAlerts | null> {
  const rules = await readAlertRules(db);
  const isSet = namesOf(rules).filter((name) => rules[name] !== alertRuleDefaults[name]);
  const destinations = await listDestinations(db);
  if (isSet.length === 0 && destinations.length === 0) return null;
  const written: WrittenAlerts['destinations'] = [];
  const usual: Entry = { ...destinationDefaults };
  for (const destination of destinations) {
    const config = await readConfig(db, destination);
    if (!config || !isKnownKind(destination.kind)) continue;
    const secrets = secretFieldsOf(destination.kind);
    const fields = destinationEntryFields.flatMap((field) => {
      const value = destination[field];
      return JSON.stringify(value) === JSON.stringify(usual[field]) ? [] : [[field, value]];
    });
    const channels = targets.filter(({ id }) => destination.target_ids.includes(id));
    const names = channels.length === 0 ? {} : { channels: channels.map(({ name }) => name) };
    const entry = { ...Object.fromEntries(fields), ...names };
    written.push({ entry, config: withoutDefaults(destination.kind, saidIn(config)), secrets });
  }
  return {
    rules: Object.fromEntries(isSet.map((name) => [name, rules[name]])),
    destinations: written,
  };
}

function withoutDefaults(kind: string, config: Entry): Entry {
  const fields = describeAdapters().find((one) => one.kind === kind)?.fields ?? [];
  const usual = new Map(fields.map((field) => [field.name, JSON.stringify(field.default)]));
  return Object.fromEntries(
    Object.entries(config).filter(([name, value]) => usual.get(name) !== JSON.stringify(value)),
  );
}

/** The section as it is exported beside channels; `hasSecrets` false: without those of destinations. */
export function exportedSection(
  { rules, destinations }: WrittenAlerts,
  hasSecrets: boolean,
): Entry {
  return {
    rules,
    destinations: destinations.map(({ entry, config, secrets }) => {
      const fields = Object.entries(config).filter(
        ([field]) => hasSecrets || !secrets.includes(field),
      );
      return { ...entry, config: Object.fromEntries(fields) };
    }),
  };
}

/** The file of a list of channels with a section about alerts after them. */
export function withAlerts(file: string, format: 'yaml' | 'json', section: Entry | null): string {
  if (section === null) return file;
  if (format === 'yaml') return `${file}${stringify({ alerts: section }, { lineWidth: 0 })}`;
  const json = JSON.stringify(section, null, 2).replaceAll('\n', '\n  ');
  return file.replace(/\n\}\n$/, () => `,\n  "alerts": ${json}\n}\n`);
}
