import type { IncomingHttpHeaders } from 'node:http';
import {
  chooseRoute,
  type EvidenceState,
  headlineOf,
  type KnownModel,
  modelKey,
} from '@api-monitor/core';
import { type Board, type BoardKey, mayUse } from './board/board.ts';
import type { LiveEvidence } from './board/live-evidence.ts';
import type { Dialect } from './request/match-route.ts';

/** A model as the gateway lists it. */
export interface ListedModel {
  /** `channel/model`, or the bare name. */
  id: string;
  /** As the channel names it. */
  name: string;
  /** The channel, or the gateway itself for a bare name. */
  owner: string;
  /** Unix seconds. */
  aliveSince: number;
}

interface ListDeps {
  board: Board;
  live: Pick<LiveEvidence, 'of'>;
  nowS: () => number;
}

/**
 * The models that the key may use and that a client could call now or soon: proven ones, also those that
 * rest for a moment, and those that no probe can prove. Full names, then bare ones if on.
 */
export function listUsableModels(
  { board, live, nowS: clock }: ListDeps,
  key: BoardKey,
): ListedModel[] {
  const nowS = clock();
  const full: ListedModel[] = [];
  const bare = new Map<string, ListedModel>();
  const targets = [...board.targets()].sort((a, b) => a.sort_order - b.sort_order);
  for (const target of targets.filter(({ enabled }) => enabled)) {
    for (const [called, offer] of target.names) {
      const since = servableSince(live.of(offer), nowS);
      if (since === null || !mayUse(key, offer)) continue;
      const name = modelKey(offer.model);
      full.push({ id: `${target.name}/${called}`, name, owner: target.name, aliveSince: since });
      const group = board.aliases().groupOf(called)?.name ?? called;
      for (const id of new Set([called, group])) {
        const aliveSince = Math.min(since, bare.get(id)?.aliveSince ?? since);
        bare.set(id, { id, name, owner: 'api-monitor', aliveSince });
      }
    }
  }
  return board.settings().bare_models ? [...full, ...bare.values()] : full;
}

const listedStates: readonly EvidenceState[] = ['proven', 'unprovable', 'skipped'];

/** Since when a client could call the model; null if none could. */
function servableSince(known: KnownModel, nowS: number): number | null {
  const { state, is_channel_fault, since } = headlineOf(known, nowS);
  return listedStates.includes(state) && !is_channel_fault ? (since ?? 0) : null;
}

/** The dialect of a request for the list, or for nothing known: the headers decide, because paths are shared. */
export function dialectOfCaller(
  byPath: Dialect,
  headers: IncomingHttpHeaders,
  query: URLSearchParams | null,
): Dialect {
  if (headers['anthropic-version'] !== undefined) return 'anthropic';
  if (headers['x-goog-api-key'] !== undefined) return 'gemini';
  // Google's clients send nothing beside it; others may have it from a base URL.
  return query?.has('key') && headers.authorization === undefined ? 'gemini' : byPath;
}

/** The list in the caller's dialect. */
export function modelList(dialect: Dialect, models: readonly ListedModel[]): object {
  const data = models.map((model) => modelItem(dialect, model));
  switch (dialect) {
    case 'openai':
      return { object: 'list', data };
    case 'anthropic': {
      const [first_id = null, last_id = null] = [models[0]?.id, models.at(-1)?.id];
      return { data, has_more: false, first_id, last_id };
    }
    case 'gemini':
      return { models: data };
  }
}

/** One model in the caller's dialect. */
export function modelItem(dialect: Dialect, { id, name, owner, aliveSince }: ListedModel): object {
  switch (dialect) {
    case 'openai':
      return { id, object: 'model', created: Math.floor(aliveSince), owned_by: owner };
    case 'anthropic': {
      const created_at = new Date(aliveSince * 1000).toISOString();
      return { type: 'model', id, display_name: id, created_at };
    }
    case 'gemini': {
      const supportedGenerationMethods = methodsOf(name);
      return { name: `models/${id}`, displayName: id, supportedGenerationMethods };
    }
  }
}

/** Google's methods for a model, by what it is made for; none for pictures and sound in OpenAI's formats. */
function methodsOf(name: string): readonly string[] {
  const plan = chooseRoute(name);
  if (plan.kind === 'skip') return [];
  return plan.route === 'embeddings' ? embeddingMethods : textMethods;
}

const textMethods = ['generateContent', 'streamGenerateContent', 'countTokens'];
const embeddingMethods = ['embedContent', 'batchEmbedContents', 'countTokens'];
