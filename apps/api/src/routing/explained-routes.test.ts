import { expect, test } from 'vitest';
import { bestRouteOf, routesOf } from './explained-routes.ts';

test.each([
  ['whisper-1', ['transcriptions']],
  ['tts-1', ['speech']],
  ['dall-e-3', ['images']],
  ['bge-reranker-v2-m3', ['rerank']],
  ['omni-moderation-latest', ['moderations']],
  ['text-embedding-3-small', ['embeddings']],
  ['gpt-4o', ['chat', 'responses', 'anthropic', 'gemini']],
])('%s could be asked on %s', (model, routes) => {
  expect(routesOf(model, [])).toEqual(routes);
  expect(bestRouteOf(model, [], 0)).toBe(routes[0]);
});
