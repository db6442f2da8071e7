import {
  type AuditChange,
  changesBetween,
  destinationDefaults,
  quote,
  secretWord,
  sensitiveTargetFields,
  type TargetPatch,
} from '@api-monitor/core';
import { mapInSlices } from '../map-in-slices.ts';
import type { PlannedChannel } from '../plan-import.ts';
import { type CodeItem, type CodeReport, codeOutcomes } from './code-shapes.ts';
import type { CodePlan } from './plan-code.ts';

type Change = CodeItem['changes'][number];

const mostItems = 100;
const textLimit = 200;

/** What a plan does, or `planned` did, to each channel. */
export async function reportOf(
  plan: CodePlan,
  prune: boolean,
  planned: readonly PlannedChannel[] = plan.planned,
): Promise<CodeReport> {
  const { entries, left, defaults, referring } = plan;
  const items = await mapInSlices(planned, (one, index): CodeItem => {
    const { outcome, name } = one;
    if (outcome === 'refused') throw one.refusal;
    const file = entries[index]?.place?.file ?? null;
    const hidden = referring[index] ?? new Set();
    const changes = changesOf(one, defaults).map((change) => withoutValues(change, hidden));
    return { name: name ?? '', file, outcome, changes };
  });
  for (const { name, managed_by: file } of left) {
    items.push({ name, file, outcome: prune ? 'deleted' : 'left', changes: [] });
  }
  const countOf = (outcome: string) => items.filter((item) => item.outcome === outcome).length;
  const counts = codeOutcomes.map((outcome) => [outcome, countOf(outcome)]);
  // Each outcome has its count.
  const counted = Object.fromEntries(counts) as CodeReport['counts'];
  return { counts: counted, items, alerts: alertItems(plan, prune) };
}

/** What happens to the rules and to each destination. */
function alertItems(
  { alerts: { rules, destinations, left }, referringAlerts }: CodePlan,
  prune: boolean,
): CodeItem[] {
  const rulesItem = rules && { ...rules, name: 'rules', isNew: false };
  const given = destinations.map(({ input, before, changes, file }) => {
    const isNew = before === null;
    return { name: input.name, changes: isNew ? newFields(changes) : changes, file, isNew };
  });
  return [
    ...[...(rulesItem ? [rulesItem] : []), ...given].map(
      ({ name, file, changes, isNew }): CodeItem => {
        const outcome = isNew ? 'created' : changes.length > 0 ? 'changed' : 'unchanged';
        const hidden = referringAlerts.get(name) ?? new Set();
        return { name, file, outcome, changes: changes.map((one) => withoutValues(one, hidden)) };
      },
    ),
    ...left.map(({ destination: { name }, file }): CodeItem => {
      return { name, file, outcome: prune ? 'deleted' : 'left', changes: [] };
    }),
  ];
}

/** What isn't as it would be without a word about it. */
function newFields(changes: readonly AuditChange[]): AuditChange[] {
  const usual = changesBetween({}, { ...destinationDefaults });
  const isUsual = ({ field, new: next }: AuditChange) =>
    usual.some((one) => one.field === field && one.new === next);
  return changes.filter((change) => !isUsual(change));
}

function changesOf(planned: PlannedChannel, defaults: CodePlan['defaults']): CodeItem['changes'] {
  switch (planned.outcome) {
    case 'created': {
      // What isn't as it would be without a word about it.
      const before = { ...defaults, name: planned.name, managed_by: planned.input.managed_by };
      const changes = changesBetween(before, { ...planned.input }, sensitiveTargetFields);
      return changes.map((change) => ({ ...change, old: null }));
    }
    case 'changed': {
      const { target, patch, changes } = planned;
      return changes.map((change) => ({ ...change, ...itemsOf(change, { ...target }, patch) }));
    }
    default:
      return [];
  }
}

/** A plan is printed in logs that anybody reads who may propose a change of the files. */
function withoutValues(change: Change, hidden: ReadonlySet<string>): Change {
  const { field, old } = change;
  if (!hidden.has(field)) return change;
  return { field, old: old === null ? null : secretWord, new: secretWord };
}

/** Which items of a list come and go, because a list as JSON is cut. */
function itemsOf({ field }: AuditChange, before: Record<string, unknown>, patch: TargetPatch) {
  const [old, next] = [before[field], { ...patch }[field as keyof TargetPatch]];
  if (!Array.isArray(old) || !Array.isArray(next)) return {};
  if (sensitiveTargetFields.some((secret) => secret === field)) return {};
  return { added: missingIn(old, next), removed: missingIn(next, old) };
}

function missingIn(some: readonly unknown[], others: readonly unknown[]): string[] {
  const known = new Set(some.map((item) => JSON.stringify(item)));
  const found = others.filter((item) => !known.has(JSON.stringify(item)));
  return found.slice(0, mostItems).map((item) => quote(textOf(item), textLimit));
}

function textOf(item: unknown): string {
  return typeof item === 'string' ? item : JSON.stringify(item);
}
