import {
  type AliasIndex,
  createChannelNames,
  groupIncidents,
  hasTag,
  type Incident,
  type LineIncident,
  lineIncidents,
  modelKey,
  publicNameOf,
  type StatusItem,
  type Target,
} from '@api-monitor/core';
import { listStatusItems, listTargets, readStatusPage } from '@api-monitor/db';
import type { ApiDeps } from '../api-deps.ts';
import { readAliases } from '../routing/read-aliases.ts';
import { notPublished } from './not-published.ts';
import type { StatusReport } from './status-reports.ts';

export type StatusDeps = Pick<ApiDeps, 'db' | 'statusReports' | 'now' | 'givenSettings'>;

/** A line of the page, with the channels that count for it and what is known of it. */
export interface PublishedLine {
  line: StatusItem;
  counted: Target[];
  /** All names of its model. */
  names: string[];
  /** Which of its channels offer which model, by its public name; empty if it is about one model. */
  offers: Map<string, number[]>;
  report: StatusReport;
}

/** The page and its lines. Throws AppError `not_found` while it is off. */
export async function readPublished(deps: StatusDeps) {
  const page = await readStatusPage(deps.db);
  if (!page.enabled) throw notPublished();
  const lines = await listStatusItems(deps.db);
  const targets = await listTargets(deps.db);
  const aliases = await readAliases(deps, deps.db);
  /** The line's own channel, or all enabled ones that have its tag and may offer its model. */
  const readLine = async (line: StatusItem): Promise<PublishedLine> => {
    const { target_id, tag, model } = line;
    const counted = targets.filter((it) => {
      if (target_id !== null) return it.id === target_id;
      return it.enabled && (tag === null || hasTag(it.tags, tag));
    });
    const targetIds = counted.map(({ id }) => id);
    const report = await deps.statusReports.reportOf({ target_id, model, targetIds });
    if (model === null) {
      const offers = offersByModel(report, counted, aliases);
      return { line, counted, names: [], offers, report };
    }
    const key = modelKey(model);
    const own = counted.map((target) => publicModelOf(target, key, aliases));
    const names = [...new Set([key, ...aliases.namesLike(key), ...own])];
    return { line, counted, names, offers: new Map(), report };
  };
  return { page, lines, readLine };
}

function offersByModel(
  { offers }: StatusReport,
  targets: readonly Target[],
  aliases: AliasIndex,
): Map<string, number[]> {
  const targetsById = new Map(targets.map((target) => [target.id, target]));
  const byModel = new Map<string, number[]>();
  for (const { target_id, model } of offers) {
    const target = targetsById.get(target_id);
    if (!target) continue;
    const name = modelKey(publicModelOf(target, modelKey(model), aliases));
    byModel.set(name, [...(byModel.get(name) ?? []), target_id]);
  }
  return byModel;
}

function publicModelOf({ model_aliases }: Target, key: string, aliases: AliasIndex): string {
  return publicNameOf(createChannelNames(model_aliases).namesOf(key)[0] ?? key, aliases);
}

/** What the line's visitors are told of incidents: those on record, and before the first of them what checks found. */
export function incidentsOfLine(
  { line, counted, names, offers, report }: PublishedLine,
  alertedTo: readonly Incident[],
): (Omit<LineIncident, 'incident'> & { incident: number | null })[] {
  const { target_id, model } = line;
  const offering = new Set(report.offers.map((one) => one.target_id));
  const targetIds = target_id === null ? [...offering] : counted.map(({ id }) => id);
  const recorded =
    target_id === null && model === null
      ? groupIncidents(offers, alertedTo)
      : lineIncidents(
          { target_id, model, names, models: [...offers.keys()], targetIds },
          alertedTo,
        );
  const sinceS = Math.min(...alertedTo.map(({ started_at }) => started_at));
  const earlier = report.incidents
    .filter(({ started_at }) => started_at < sinceS)
    .map(({ state, started_at, ended_at, reasons }) => {
      const isLonger = (ended_at ?? Number.POSITIVE_INFINITY) > sinceS;
      // It is the same outage, if a recorded one follows.
      const isRecorded = isLonger && recorded.length > 0;
      return {
        ...{ incident: null, state, started_at, reasons },
        ended_at: isRecorded ? Math.min(...recorded.map((one) => one.started_at)) : ended_at,
      };
    });
  return [...recorded.reverse(), ...earlier];
}
