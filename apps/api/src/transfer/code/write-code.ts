import { noKeyYet, sensitiveTargetFields, type Target, targetDefaults } from '@api-monitor/core';
import { stringify } from 'yaml';
import { type WrittenAlerts, withAlerts } from '../alerts/write-alerts.ts';
import { entryFields } from '../export-formats.ts';
import { mapInSlices } from '../map-in-slices.ts';
import { isRecord } from '../upload/bound-entries.ts';
import { writers } from '../write-export.ts';
import { codeNamesOf } from './code-names.ts';
import type { CodeExport, CodeExportOptions, CodeFormat } from './code-shapes.ts';
import { withoutReferences } from './variable-references.ts';

type Entry = Record<string, unknown>;

/** Fields whose default is a setting, so that a file says what it is. */
const alwaysWritten: readonly string[] = ['name', 'base_url', 'interval_min'];

const defaults: Readonly<Record<string, unknown>> = targetDefaults;

/**
 * Channels as files of code, which set them to what they are: a file for each, or one for all. Secrets are
 * references to variables, whose values come beside. `open`: a target with its secrets.
 */
export async function writeCode(
  targets: readonly Target[],
  open: (target: Target) => Target,
  { format, one_file }: Omit<CodeExportOptions, 'values'>,
  alerts: WrittenAlerts | null = null,
): Promise<CodeExport> {
  const names = codeNamesOf(targets.map(({ name }) => name));
  const variables = new Map<string, string>();
  const pieces = await mapInSlices(targets, (target) => {
    const { file, variable } = names.get(target.name) ?? { file: '', variable: '' };
    const entry = entryOf(open(target), createReferences(variable, variables));
    return { path: `${file}.${format}`, text: (one_file ? piece : whole)[format](entry) };
  });
  const section = alerts && sectionOf(alerts, variables);
  const list = () => {
    const texts = pieces.map(({ text }) => text);
    return withAlerts(writers[format].file(texts, []), format, section);
  };
  const alone = section
    ? [{ path: `${alertsFile}.${format}`, text: whole[format]({ alerts: section }) }]
    : [];
  return {
    files: one_file ? [{ path: `channels.${format}`, text: list() }] : [...pieces, ...alone],
    variables: Object.fromEntries(variables),
  };
}

type WriteEntry = Record<CodeFormat, (entry: Entry) => string>;

/** No channel's file is called so: their names begin with a letter or a digit. */
const alertsFile = '_alerts';

/** The section with references instead of the secrets of its destinations. */
function sectionOf({ rules, destinations }: WrittenAlerts, variables: Map<string, string>): Entry {
  const names = codeNamesOf(destinations.map(({ entry }) => String(entry.name)));
  const written = destinations.map(({ entry, config, secrets }) => {
    const channel = names.get(String(entry.name))?.variable ?? '';
    const refer = createReferences(channel.replace(/^CHANNEL/, 'ALERT'), variables);
    const fields = Object.entries(config).map(([field, value]) => {
      return [field, secrets.includes(field) ? refer(field, value) : withoutReferences(value)];
    });
    return { ...plainEntry(entry), config: Object.fromEntries(fields) };
  });
  return { rules, destinations: written };
}

function plainEntry(entry: Entry): Entry {
  return Object.fromEntries(
    Object.entries(entry).map(([field, value]) => [field, withoutReferences(value)]),
  );
}

/** A channel as a file of its own. Long lines stay whole, so that a change of a word is one of a line. */
const whole: WriteEntry = {
  yaml: (entry) => stringify(entry, { lineWidth: 0 }),
  json: (entry) => `${JSON.stringify(entry, null, 2)}\n`,
};

/** A channel as a part of a list. */
const piece: WriteEntry = { yaml: writers.yaml.entry, json: writers.json.entry };

type Refer = (name: string, value: unknown) => unknown;

function entryOf(target: Target, refer: Refer): Entry {
  const fields = entryFields.flatMap((field) => {
    const value = target[field];
    const isDefault = JSON.stringify(value) === JSON.stringify(defaults[field]);
    if (isDefault && !alwaysWritten.includes(field)) return [];
    // A list of keys has the channel's own one.
    const isKeyless = target.keys.length > 0 || target.api_key === noKeyYet;
    if (field === 'api_key' && isKeyless) return [];
    if (field === 'headers') return [[field, target.headers.map((rule) => headerOf(rule, refer))]];
    const isSensitive = sensitiveTargetFields.some((secret) => secret === field);
    return [[field, isSensitive ? refer(field, value) : withoutReferences(value)]];
  });
  return Object.fromEntries(fields);
}

/**
 * Keeps the texts in a secret as variables, and returns the secret with references to them. Only the names of
 * its parts stay readable.
 */
function createReferences(channel: string, variables: Map<string, string>): Refer {
  return function refer(name: string, value: unknown): unknown {
    if (typeof value === 'string') {
      const variable = freeName(`${channel}_${variableOf(name)}`, value, variables);
      variables.set(variable, value);
      return `\${${variable}}`;
    }
    if (Array.isArray(value)) {
      return value.map((item, index) => {
        const own = isRecord(item) && typeof item.name === 'string' ? item.name : '';
        return refer(`${name}_${variableOf(own) || index + 1}`, item);
      });
    }
    if (!isRecord(value)) return value;
    const fields = Object.entries(value).map(([field, one]) => {
      const isName = field === 'name';
      return [field, isName ? withoutReferences(one) : refer(`${name}_${field}`, one)];
    });
    return Object.fromEntries(fields);
  };
}

/** A rule, whose value may be a secret: `Name: value`, but not `-Name` or `Name: ${client:Other}`. */
function headerOf(rule: string, refer: Refer): unknown {
  const [, head, name, value] = /^(([^:]+):\s*)(.+)$/.exec(rule) ?? [];
  if (!head || !name || !value || /^\$\{client:[^}]*\}$/.test(value)) return rule;
  return `${head}${refer(`header_${name}`, value)}`;
}

function variableOf(name: string): string {
  return name
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '');
}

/** The name, numbered if it has another value already. */
function freeName(name: string, value: string, variables: ReadonlyMap<string, string>): string {
  let free = name;
  const isTaken = () => variables.has(free) && variables.get(free) !== value;
  for (let n = 2; isTaken(); n += 1) free = `${name}_${n}`;
  return free;
}
