import { createAliasIndex, type PriceRules, parsePriceRule } from '@api-monitor/core';
import type { GatewayStore } from '../gateway-store.ts';
import type { Board, BoardTarget } from './board.ts';

export type BoardPrices = ReturnType<typeof createBoardPrices>;

/** Keeps the price of every model on the board, so that no request looks one up. */
export function createBoardPrices({
  store,
  board,
}: {
  store: Pick<GatewayStore, 'priceRevision' | 'listPrices'>;
  board: Pick<Board, 'targets' | 'settings' | 'aliases'>;
}) {
  /** What the rules are made of; null before they are read for the first time. */
  let state: string | null = null;
  let rules: PriceRules = { rules: [], aliases: createAliasIndex([]) };

  /** Prices a target's models, again if the rules have changed meanwhile. */
  const price = async (target: BoardTarget): Promise<void> => {
    const models = [...target.models.values()];
    let pricedBy: string | null;
    do {
      pricedBy = state;
      const asked = models.map(({ model }) => target.pricing.askedOf(model, rules.aliases));
      const lists = asked.length === 0 ? [] : await store.listPrices(asked);
      for (const [at, one] of models.entries()) {
        one.price = target.pricing.effectivePrice(one.model, rules, lists[at]);
      }
    } while (pricedBy !== state);
  };

  return {
    /** Prices a target before it is put on the board. */
    async price(target: BoardTarget): Promise<void> {
      if (state !== null) await price(target);
    },
    /** Prices everything on the board again if the settings or the price table have changed. */
    async follow(): Promise<void> {
      const revision = await store.priceRevision();
      const { prices, model_aliases } = board.settings();
      const next = [revision, prices.length, ...prices, ...model_aliases].join('\n');
      if (next === state) return;
      rules = { rules: prices.map(parsePriceRule), aliases: board.aliases() };
      state = next;
      for (const target of [...board.targets()]) await price(target);
    },
  };
}
