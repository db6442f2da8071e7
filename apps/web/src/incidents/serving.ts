import Alpine from '@alpinejs/csp';
import { type ApiClient, answerOf } from '../api/client.ts';
import { ApiFailure } from '../api/failure.ts';

/** Of models that fail somewhere, the channels from which the gateway would serve them now. */
export function createServingReader(client: ApiClient) {
  const byModel: Record<string, readonly string[]> = Alpine.reactive({});
  const readOne = async (model: string) => {
    try {
      const { candidates } = await answerOf(client.api.routes.$get({ query: { model } }));
      const serving = candidates.filter(({ rank }) => rank !== null);
      byModel[model] = [...new Set(serving.map(({ target_name }) => target_name))];
    } catch (error) {
      // It isn't shown then.
      if (!(error instanceof ApiFailure)) throw error;
    }
  };
  return {
    /** undefined: not known. */
    of: (model: string | null) => (model === null ? undefined : byModel[model]),
    async read(models: readonly string[]): Promise<void> {
      await Promise.all([...new Set(models)].map(readOne));
    },
  };
}
