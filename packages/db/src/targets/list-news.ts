import { findListedModels, isExcluded, modelKey, type Target } from '@api-monitor/core';
import { chunksOf } from '../engine/chunks-of.ts';
import { parseColumn } from '../engine/columns.ts';
import type { Database } from '../engine/database.ts';

/** A model that a channel's list has had, or hasn't had any more, since then. */
export interface ListNews {
  kind: 'model_new' | 'model_gone';
  model: string;
  /** Unix seconds. */
  at: number;
}

const keptForS = 86_400;
const mostKept = 1_000;

/** The column with what a new list says; absent if that is nothing. Belongs in the transaction that writes the list. */
export async function listNewsColumn(
  { kysely }: Database,
  target: Target,
  { listed_models, nowS: at }: { listed_models: readonly string[] | null; nowS: number },
): Promise<{ list_news?: string }> {
  const stored = await kysely
    .selectFrom('targets')
    .select(['listed_models', 'list_news'])
    .where('id', '=', target.id)
    .executeTakeFirstOrThrow();
  const before = stored.listed_models === null ? null : parseColumn<string[]>(stored.listed_models);
  // One that was edited since may be at another place.
  const isSame = target.last_run_at !== null && target.updated_at <= target.last_run_at;
  if (!listed_models || !isSame) return {};
  const named = (models: readonly string[]) =>
    models.map(modelKey).filter((model) => !isExcluded(model, target));
  const found = findListedModels({
    ...{ target_id: target.id, at },
    before: before && named(before),
    after: named(listed_models),
  });
  if (found.length === 0) return {};
  const old = parseColumn<ListNews[]>(stored.list_news).filter((one) => at - one.at < keptForS);
  const news = found.map(({ subject: { kind, model } }) => ({ kind, model, at }));
  return { list_news: JSON.stringify([...old, ...news].slice(-mostKept)) };
}

/** What came and went in the lists of these channels since then, by channel. */
export async function readListNews(
  { kysely }: Database,
  { target_ids, from }: { target_ids: readonly number[]; from: number },
): Promise<Map<number, ListNews[]>> {
  const found = new Map<number, ListNews[]>();
  for (const chunk of chunksOf(target_ids)) {
    const rows = await kysely
      .selectFrom('targets')
      .select(['id', 'list_news'])
      .where('id', 'in', chunk)
      .where('list_news', '!=', '[]')
      .execute();
    for (const { id, list_news } of rows) {
      const news = parseColumn<ListNews[]>(list_news).filter(({ at }) => at >= from);
      if (news.length > 0) found.set(id, news);
    }
  }
  return found;
}
