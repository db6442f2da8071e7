import { type GatewayRoute, isModerationModel } from '@api-monitor/core';
import { type Board, type BoardKey, mayUse } from '../board/board.ts';

interface Deps {
  board: Board;
}

/** What OpenAI uses: https://platform.openai.com/docs/api-reference/moderations/create */
const usualModeration = 'omni-moderation-latest';

/**
 * The model of a request whose body may leave it out: OpenAI's own default, or else the moderation model of
 * the first channel that lists one. Null on routes where the model must be named.
 */
export function defaultModelOf({ board }: Deps, route: GatewayRoute, key: BoardKey): string | null {
  if (route !== 'moderations') return null;
  const open = [...board.targets()]
    .filter(({ enabled }) => enabled)
    .sort((a, b) => a.sort_order - b.sort_order)
    .flatMap((target) => [...target.names].map(([name, offer]) => ({ target, name, offer })))
    .filter(({ name, offer }) => isModerationModel(name) && mayUse(key, offer));
  const chosen = open.find(({ name }) => name === usualModeration) ?? open[0];
  if (!chosen) return usualModeration;
  return board.settings().bare_models ? chosen.name : `${chosen.target.name}/${chosen.name}`;
}
