import { styleText } from 'node:util';
import { secretWord, sensitiveTargetFields } from '@api-monitor/core';
import type { CodeItem, CodeReport } from '../code-shapes.ts';

interface Options {
  isColoured: boolean;
  /** Whether it has happened, or only would. */
  isDone: boolean;
}

type Change = CodeItem['changes'][number];
type Colour = 'green' | 'yellow' | 'red' | 'dim';

/** How a changed channel is marked. */
const marks = {
  created: { sign: '+', colour: 'green' },
  changed: { sign: '~', colour: 'yellow' },
  deleted: { sign: '-', colour: 'red' },
} as const satisfies Record<string, { sign: string; colour: Colour }>;

/** Whether something would change. */
export function hasChanges({ counts, alerts }: CodeReport): boolean {
  const isChange = ({ outcome }: CodeItem) => outcome !== 'unchanged' && outcome !== 'left';
  return counts.created + counts.changed + counts.deleted > 0 || alerts.some(isChange);
}

/** A plan, or what was done, for people: each channel and field, then the sums. */
export function showReport(report: CodeReport, { isColoured, isDone }: Options): string {
  const paint = (colour: Colour, text: string) =>
    isColoured ? styleText(colour, text, { validateStream: false }) : text;
  const lines: string[] = [];
  const named = report.alerts.map((item) => ({ ...item, name: `alerts: ${item.name}` }));
  for (const { name, file, outcome, changes } of [...report.items, ...named]) {
    if (outcome === 'unchanged' || outcome === 'left') continue;
    const { sign, colour } = marks[outcome];
    const where = file === null ? '' : paint('dim', `  ${file}`);
    lines.push(`${paint(colour, `${sign} ${name}`)}${where}`);
    for (const change of changes) lines.push(`    ${change.field}: ${wordsOf(change)}`);
  }
  if (lines.length > 0) lines.push('');
  return [...lines, ...sumsOf(report, isDone), ''].join('\n');
}

function wordsOf({ field, old, new: next, added = [], removed = [] }: Change): string {
  if (next === secretWord || sensitiveTargetFields.some((secret) => secret === field)) {
    if (next === null) return 'removed';
    return old === null ? 'set' : 'changed';
  }
  const items = [...removed.map((one) => `- ${one}`), ...added.map((one) => `+ ${one}`)];
  if (items.length > 0) return items.join(', ');
  const [before, after] = [old, next].map((value) => (value === null ? 'none' : String(value)));
  return old === null ? `${after}` : `${before} → ${after}`;
}

function sumsOf(report: CodeReport, isDone: boolean): string[] {
  const { counts, items, alerts } = report;
  const left = [...items, ...alerts]
    .filter(({ outcome }) => outcome === 'left')
    .map(({ name }) => name);
  const lines = [];
  if (!hasChanges(report)) lines.push(`Nothing to change (channels: ${counts.unchanged}).`);
  else {
    const parts = verbsOf(isDone).map(([outcome, verb]) => `${counts[outcome]} ${verb}`);
    lines.push(`Channels: ${parts.join(', ')}, ${counts.unchanged} as they are.`);
  }
  const alertCounts = verbsOf(isDone).flatMap(([outcome, verb]) => {
    const count = alerts.filter((item) => item.outcome === outcome).length;
    return count > 0 ? [`${count} ${verb}`] : [];
  });
  if (alertCounts.length > 0) lines.push(`Alerts: ${alertCounts.join(', ')}.`);
  if (left.length > 0) {
    lines.push(`No longer in the files: ${left.join(', ')}. They stay; --prune deletes them.`);
  }
  return lines;
}

function verbsOf(isDone: boolean) {
  return isDone
    ? ([
        ['created', 'added'],
        ['changed', 'changed'],
        ['deleted', 'deleted'],
      ] as const)
    : ([
        ['created', 'to add'],
        ['changed', 'to change'],
        ['deleted', 'to delete'],
      ] as const);
}
