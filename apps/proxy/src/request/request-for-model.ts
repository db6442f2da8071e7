import { modelKey } from '@api-monitor/core';
import type { BoardModel } from '../board/board.ts';
import type { SentRequest } from '../forward/forward-request.ts';
import type { HeldBody } from './body/held-body.ts';
import { type FoundModel, spliceModel } from './find-model.ts';
import type { Endpoint } from './match-route.ts';
import { renameInnerModels } from './rename-inner-models.ts';

interface Asked {
  endpoint: Endpoint;
  heldBody: HeldBody;
  /** Null if the path names the model. */
  found: FoundModel | null;
  /** As the client named it. */
  model: string;
  /** With its question mark. */
  query: string;
}

/** The client's request with the model named as the target names it. */
export function requestForModel(
  { endpoint, heldBody: { bytes }, found, model: asked, query }: Asked,
  { model }: BoardModel,
): SentRequest {
  if (found && endpoint.route === 'cached-contents') {
    // Google's API takes no other spelling.
    const pieces = spliceModel(bytes, found, `models/${modelKey(model)}`);
    return { path: endpoint.upstreamPath + query, pieces };
  }
  const path = found ? endpoint.upstreamPath : pathWithModel(endpoint.upstreamPath, model);
  const pieces = found ? spliceModel(bytes, found, model) : renameInnerModels(bytes, asked, model);
  return { path: path + query, pieces };
}

function pathWithModel(path: string, model: string): string {
  const escaped = modelKey(model).split('/').map(encodeURIComponent).join('/');
  return path.replace('{model}', () => escaped);
}
