import type { IncomingHttpHeaders } from 'node:http';
import { type Board, type BoardKey, isAllowed } from './board/board.ts';
import type { ListedModel } from './dialects/model-lists.ts';
import type { Dialect } from './request/match-route.ts';

/** What passed its latest probe and the key may use, under full names and, where on, bare ones. */
export function listUsableModels(
  board: Board,
  key: BoardKey,
  areBareModelsOn: boolean,
): ListedModel[] {
  const full: ListedModel[] = [];
  const bare = new Map<string, ListedModel>();
  const targets = [...board.targets()].sort((a, b) => a.sort_order - b.sort_order);
  for (const target of targets.filter(({ enabled }) => enabled)) {
    for (const { model, is_alive, state_since } of target.models.values()) {
      if (!is_alive || !isAllowed(key, target, model)) continue;
      full.push({ id: `${target.name}/${model}`, owner: target.name, aliveSince: state_since });
      const aliveSince = Math.min(state_since, bare.get(model)?.aliveSince ?? state_since);
      bare.set(model, { id: model, owner: 'api-monitor', aliveSince });
    }
  }
  return areBareModelsOn ? [...full, ...bare.values()] : full;
}

/** The dialect of whoever asks for the list: the paths are the same, so the headers tell. */
export function dialectOfList(
  byPath: Dialect,
  headers: IncomingHttpHeaders,
  query: URLSearchParams | null,
): Dialect {
  if (headers['anthropic-version'] !== undefined) return 'anthropic';
  if (headers['x-goog-api-key'] !== undefined || query?.has('key')) return 'gemini';
  return byPath;
}
