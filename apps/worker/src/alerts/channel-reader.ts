import {
  type AliasIndex,
  type ChannelIndex,
  countsAsOffered,
  createAliasIndex,
  createChannelNames,
  type Evidence,
  hasPassed,
  indexChannels,
  modelKey,
  type Observation,
  type ObservedChannel,
  observeChannel,
  publicNameOf,
  type Target,
  type WatchedChannel,
} from '@api-monitor/core';
import {
  type Database,
  type ListNews,
  listModelStates,
  listTargetRevisions,
  listTargetsByIds,
  type ModelStateRow,
  readListNews,
} from '@api-monitor/db';

interface Read {
  aliasLines: readonly string[];
  /** The channels that are read again now and then, whether they have changed or not. */
  watched: ReadonlySet<number>;
}

interface KnownChannel {
  revision: number;
  read_at: number;
  /** null: it is paused, so nobody is told about it. */
  channel: WatchedChannel | null;
}

/** What is known about the channels. */
export interface ReadChannels {
  index: ChannelIndex;
  aliases: AliasIndex;
  /** About those that have been read again. */
  observations: Observation[];
}

const watchedAgeS = 15;
/** What came and went in a list earlier isn't told any more. */
const longestNewsS = 6 * 3600;

/**
 * Reads the channels that have changed since the last time. A proof that is only renewed changes no
 * revision, so channels about which there are watches are read again after a while.
 */
export function createChannelReader(db: Database, nowS: () => number) {
  let known = new Map<number, KnownChannel>();
  let aliasText: string | null = null;
  let aliases = createAliasIndex([]);
  let index = indexChannels([]);
  const read = async ({ aliasLines, watched }: Read): Promise<ReadChannels> => {
    const text = aliasLines.join('\n');
    if (text !== aliasText) {
      [aliasText, aliases, known] = [text, createAliasIndex(aliasLines), new Map()];
    }
    const revisions = new Map(
      (await listTargetRevisions(db)).map(({ id, revision }) => [id, revision]),
    );
    const now = nowS();
    const changed = [...revisions].filter(([id, revision]) => {
      const last = known.get(id);
      if (last?.revision !== revision) return true;
      return watched.has(id) && hasPassed(watchedAgeS, last.read_at, now);
    });
    const ids = changed.map(([id]) => id);
    const targets = ids.length === 0 ? [] : await listTargetsByIds(db, ids);
    const states = await statesOf(db, ids);
    const news = await readListNews(db, { target_ids: ids, from: now - longestNewsS });
    const observations: Observation[] = [];
    for (const target of targets) {
      const observed = observedChannelOf(target, states.get(target.id) ?? [], aliases);
      const channel = target.enabled ? watchedChannelOf(target, observed) : null;
      const revision = revisions.get(target.id) ?? 0;
      known.set(target.id, { revision, read_at: now, channel });
      if (!channel) continue;
      observations.push(...observeChannel(observed), ...notesOf(target, news.get(target.id) ?? []));
    }
    const gone = [...known.keys()].filter((id) => !revisions.has(id));
    for (const id of gone) known.delete(id);
    if (targets.length + gone.length > 0) {
      index = indexChannels([...known.values()].flatMap(({ channel }) => channel ?? []));
    }
    return { index, aliases, observations };
  };
  return {
    read,
    /** Reads everything the next time, because nothing came of what was found. */
    forget() {
      known = new Map();
    },
  };
}

function notesOf({ id: target_id }: Target, news: readonly ListNews[]): Observation[] {
  return news.map(({ kind, model, at }) => {
    return { subject: { kind, target_id, model, name: null }, is_bad: true, at };
  });
}

async function statesOf(db: Database, target_ids: readonly number[]) {
  if (target_ids.length === 0) return new Map<number, ModelStateRow[]>();
  const states = await listModelStates(db, { target_ids, with_history: false });
  return Map.groupBy(states, ({ target_id }) => target_id);
}

/** Ids that are one model to people are one, which works if any of them does. */
function observedChannelOf(
  target: Target,
  states: readonly ModelStateRow[],
  aliases: AliasIndex,
): ObservedChannel {
  const names = createChannelNames(target.model_aliases);
  const byName = new Map<string, Evidence[]>();
  for (const { model, evidence, gone_at } of states) {
    if (gone_at !== null) continue;
    const id = modelKey(model);
    const name = publicNameOf(names.namesOf(id)[0] ?? id, aliases);
    byName.set(name, [...(byName.get(name) ?? []), ...evidence]);
  }
  const { id: target_id, fault, updated_at: edited_at } = target;
  return {
    ...{ target_id, fault, edited_at, unlisted: unlistedOf(target) },
    models: [...byName].map(([model, evidence]) => ({ model, evidence })),
    keys: target.keys.flatMap(({ name, enabled }, at) => {
      const state = target.key_states[at];
      return enabled && state ? [{ ...state, name }] : [];
    }),
  };
}

function unlistedOf({ last_status, last_error_kind: kind, last_error, last_run_at: at }: Target) {
  const isUnlisted = last_status === 'error' && kind !== null && at !== null;
  return isUnlisted ? { at, kind, error: last_error ?? '' } : null;
}

function watchedChannelOf(
  { id, name, base_url, tags }: Target,
  { models }: ObservedChannel,
): WatchedChannel {
  const answered = models.flatMap(({ evidence }) =>
    evidence.map(({ proved_at }) => proved_at ?? 0),
  );
  const offered = models.filter(({ evidence }) => countsAsOffered(evidence));
  return {
    ...{ id, name, tags, host: new URL(base_url).hostname },
    models: offered.map(({ model }) => model),
    answered_at: Math.max(0, ...answered) || null,
  };
}
