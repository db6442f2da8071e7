import { type ApiClient, answerOf } from '../api/client.ts';
import { ApiFailure } from '../api/failure.ts';
import type { RouteExplanation } from './offered-model.ts';

interface ExplanationsOptions {
  client: ApiClient;
  /** An explanation arrived. */
  onChange(): void;
}

/** A model's routing as the page knows it: which wire format is shown, and the explanation of each. */
export interface Explained {
  routes: readonly RouteExplanation[];
  /** Null until the reader chooses one. */
  shown: RouteExplanation['route'] | null;
}

/** How the gateway would route each open model, by wire format. */
export function createExplanations({ client, onChange }: ExplanationsOptions) {
  const byModel = new Map<string, Explained>();
  const load = async (model: string) => {
    try {
      const { by_route } = await answerOf(client.api.routes.$get({ query: { model } }));
      byModel.set(model, { shown: byModel.get(model)?.shown ?? null, routes: by_route });
      onChange();
    } catch (error) {
      // The table then has the order of the list.
      if (!(error instanceof ApiFailure)) throw error;
    }
  };
  return {
    load,
    of: (model: string): Explained | undefined => byModel.get(model),
    forget: (model: string) => byModel.delete(model),
    show(model: string, route: RouteExplanation['route']): void {
      byModel.set(model, { routes: byModel.get(model)?.routes ?? [], shown: route });
      onChange();
    },
  };
}
