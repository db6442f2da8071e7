import {
  type AskedModel,
  familyOf,
  matchesPattern,
  plainModelName,
  type ScheduledPrice,
} from '@api-monitor/core';
import { knownProviders } from './providers.ts';
import type { TableData, TableModel, TableProvider } from './table-data.ts';

/** Finds list prices, whose classes are in US dollars per million tokens. */
export interface PriceTable {
  /** Undefined if the model isn't known. */
  find(asked: AskedModel): readonly ScheduledPrice[] | undefined;
}

/** A provider's models, by how their names may be spelt. */
interface ProviderIndex {
  byName: ReadonlyMap<string, TableModel>;
  /** By `familyOf`: its key, or with a date `key@date`. */
  byFamily: ReadonlyMap<string, TableModel>;
  patterns: readonly { pattern: string; model: TableModel }[];
}

type Finder = (index: ProviderIndex, spelling: Spelling) => TableModel | undefined;

/**
 * Asks the provider whose API the channel is, then those that make models, then those that sell them; each
 * for the name as it is, then for other spellings of it. A name that says how the model is used, such as
 * `-thinking`, costs what the model itself costs.
 */
export function createPriceTable({ providers }: TableData): PriceTable {
  const indexes = new Map(providers.map((one) => [one.id, indexOf(one)]));
  const known = Object.entries(knownProviders).flatMap(([id, about]) => {
    const index = indexes.get(id);
    return index ? [{ index, ...about }] : [];
  });
  const makers = known.filter(({ isMaker }) => isMaker).map(({ index }) => index);
  const sellers = known.filter(({ isMaker }) => !isMaker).map(({ index }) => index);
  return {
    find({ names, host }) {
      const own = known.filter((one) => isWithin(host, one.host)).map(({ index }) => index);
      const spellings = spellingsOf(names);
      const model =
        firstOf(own, spellings, anyhow) ??
        firstOf(makers, spellings, anyhow) ??
        firstOf(sellers, spellings, exactly);
      return model?.prices;
    },
  };
}

function indexOf({ models }: TableProvider): ProviderIndex {
  const byName = new Map<string, TableModel>();
  const byFamily = new Map<string, TableModel>();
  const patterns: { pattern: string; model: TableModel }[] = [];
  const add = (map: Map<string, TableModel>, name: string, model: TableModel) => {
    if (!map.has(name)) map.set(name, model);
  };
  for (const model of models) {
    for (const name of model.names) {
      if (name.includes('*')) patterns.push({ pattern: name, model });
      else {
        add(byName, name, model);
        const { key, date } = familyOf(name);
        add(byFamily, date === null ? key : `${key}@${date}`, model);
      }
    }
  }
  return { byName, byFamily, patterns };
}

function firstOf(
  places: readonly ProviderIndex[],
  spellings: readonly Spelling[],
  find: Finder,
): TableModel | undefined {
  for (const spelling of spellings) {
    for (const index of places) {
      const model = find(index, spelling);
      if (model) return model;
    }
  }
  return undefined;
}

/** Without patterns: a seller's would match other makers' models. */
const exactly: Finder = ({ byName, byFamily }, { name, families }) => {
  let model = byName.get(name);
  for (const family of families) model ??= byFamily.get(family);
  return model;
};

const anyhow: Finder = (index, spelling) => {
  const { byName, patterns } = index;
  const { name } = spelling;
  const matching = () => patterns.find(({ pattern }) => matchesPattern(name, pattern))?.model;
  return byName.get(name) ?? matching() ?? exactly(index, spelling);
};

interface Spelling {
  name: string;
  /** With its date, if it has one, and without. */
  families: readonly string[];
}

/** In the order of how much they say; in lower case. */
function spellingsOf(names: readonly string[]): readonly Spelling[] {
  const whole = names.map((name) => name.trim().toLowerCase());
  const plain = whole.map(plainModelName);
  const bare = plain.map((name) => name.replace(use, ''));
  return [...new Set([...whole, ...plain, ...bare])].map((name) => {
    const { key, date } = familyOf(name);
    return { name, families: date === null ? [key] : [`${key}@${date}`, key] };
  });
}

/** What relays append to a name to set how much it thinks. */
const use = /[-:](?:no-?thinking|thinking(?:-\d+)?|minimal|low|medium|high|xhigh|max)$/;

function isWithin(host: string, domain: string | undefined): boolean {
  return domain !== undefined && (host === domain || host.endsWith(`.${domain}`));
}
