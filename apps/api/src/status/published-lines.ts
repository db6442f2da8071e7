import {
  createChannelNames,
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
  /** The models of its channel, by their public names. */
  models: string[];
  report: StatusReport;
}

/** The page and its lines. Throws AppError `not_found` while it is off. */
export async function readPublished(deps: StatusDeps) {
  const page = await readStatusPage(deps.db);
  if (!page.enabled) throw notPublished();
  const lines = await listStatusItems(deps.db);
  const targets = await listTargets(deps.db);
  const aliases = await readAliases(deps, deps.db);
  /** The line's own channel, or all enabled ones that may offer its model. */
  const readLine = async (line: StatusItem): Promise<PublishedLine> => {
    const { target_id, model } = line;
    const counted = targets.filter((it) => (target_id === null ? it.enabled : it.id === target_id));
    const targetIds = counted.map(({ id }) => id);
    const report = await deps.statusReports.reportOf({ target_id, model, targetIds });
    const publicNamesOf = (id: string) =>
      counted.map(({ model_aliases }) => {
        const key = modelKey(id);
        return publicNameOf(createChannelNames(model_aliases).namesOf(key)[0] ?? key, aliases);
      });
    if (model === null) {
      const models = report.offered.models.flatMap(publicNamesOf);
      return { line, counted, names: [], models, report };
    }
    const key = modelKey(model);
    const names = new Set([key, ...aliases.namesLike(key), ...publicNamesOf(key)]);
    return { line, counted, names: [...names], models: [], report };
  };
  return { page, lines, readLine };
}

/** What the line's visitors are told of incidents: those on record, and before the first of them what checks found. */
export function incidentsOfLine(
  { line, counted, names, models, report }: PublishedLine,
  alertedTo: readonly Incident[],
): (Omit<LineIncident, 'incident'> & { incident: number | null })[] {
  const { target_id, model } = line;
  const offering = report.offered.targetIds;
  const targetIds = target_id === null ? offering : counted.map(({ id }) => id);
  const recorded = lineIncidents({ target_id, model, names, models, targetIds }, alertedTo);
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
