import { type ApiSurroundings, createDeps } from './api-deps.ts';
import { createRoutes } from './create-routes.ts';
import { registerApiMetrics } from './monitor/api-metrics.ts';
import { registerModelMetrics } from './monitor/model-metrics.ts';
import {
  applyChannelsFile,
  type ChannelsFile,
  releaseChannelsFile,
} from './transfer/code/apply-channels-file.ts';

export interface ApiOptions extends ApiSurroundings {
  /** A file of channels to apply; null: none. */
  channelsFile: ChannelsFile | null;
}

export interface Api {
  app: ReturnType<typeof createRoutes>;
  /** Ends every event stream. */
  close(): void;
}

/** Builds the api over an open database and a bus. The caller closes it, then those. */
export async function createApi({ channelsFile, ...surroundings }: ApiOptions): Promise<Api> {
  const deps = await createDeps(surroundings);
  const applied = channelsFile ? applyChannelsFile(deps, channelsFile) : releaseChannelsFile(deps);
  await applied.catch((error) => {
    deps.close();
    throw error;
  });
  registerApiMetrics(deps.metrics, deps.bus, deps.eventClients);
  registerModelMetrics(deps.metrics, deps);
  return { app: createRoutes(deps), close: deps.close };
}
