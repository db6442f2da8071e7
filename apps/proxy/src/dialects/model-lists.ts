import type { Dialect } from '../request/match-route.ts';

/** A model as the gateway lists it. */
export interface ListedModel {
  /** `channel/model`, or the bare name. */
  id: string;
  /** The channel, or the gateway itself for a bare name. */
  owner: string;
  /** Since when it is alive, Unix seconds. */
  aliveSince: number;
}

/** The list in the caller's dialect. */
export function modelList(dialect: Dialect, models: readonly ListedModel[]): object {
  switch (dialect) {
    case 'openai':
      return { object: 'list', data: models.map((model) => modelItem(dialect, model)) };
    case 'anthropic':
      return {
        data: models.map((model) => modelItem(dialect, model)),
        has_more: false,
        first_id: models[0]?.id ?? null,
        last_id: models.at(-1)?.id ?? null,
      };
    case 'gemini':
      return { models: models.map((model) => modelItem(dialect, model)) };
  }
}

/** One model in the caller's dialect. */
export function modelItem(dialect: Dialect, { id, owner, aliveSince }: ListedModel): object {
  switch (dialect) {
    case 'openai':
      return { id, object: 'model', created: Math.floor(aliveSince), owned_by: owner };
    case 'anthropic': {
      const created_at = new Date(aliveSince * 1000).toISOString();
      return { type: 'model', id, display_name: id, created_at };
    }
    case 'gemini':
      return {
        name: `models/${id}`,
        displayName: id,
        supportedGenerationMethods: ['generateContent', 'streamGenerateContent', 'countTokens'],
      };
  }
}
