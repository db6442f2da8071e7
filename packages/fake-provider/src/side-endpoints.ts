/** An answer of an endpoint that isn't one of the five routes. */
export interface SideAnswer {
  contentType: string;
  body: string | Buffer;
}

const json = (value: unknown): SideAnswer => ({
  contentType: 'application/json',
  body: JSON.stringify(value),
});

const usage = { prompt_tokens: 20, completion_tokens: 3, total_tokens: 23 };
const sound = Buffer.from([0xff, 0xfb, 0x90, 0x00, 0x00, 0x0f, 0xf0, 0x80]);

/** By the end of the path, for any model. Sources: the providers' API references. */
const answers: Record<string, (model: string) => SideAnswer> = {
  '/v1/messages/count_tokens': () => json({ input_tokens: 20 }),
  '/v1/responses/compact': () =>
    json({ id: 'cmp_fake', object: 'response.compaction', output: [], usage: null }),
  '/v1/completions': (model) =>
    json({ object: 'text_completion', model, choices: [{ index: 0, text: 'Done.' }], usage }),
  '/v1/images/generations': () => json({ created: 1_760_000_000, data: [{ b64_json: 'aW1n' }] }),
  '/v1/audio/speech': () => ({ contentType: 'audio/mpeg', body: sound }),
  '/v1/moderations': (model) =>
    json({ id: 'modr_fake', model, results: [{ flagged: false, categories: {} }] }),
  '/v1/rerank': () => json({ results: [{ index: 0, relevance_score: 0.9 }] }),
  ':countTokens': () => json({ totalTokens: 20 }),
  ':embedContent': () => json({ embedding: { values: [0.25, -0.5] } }),
  ':batchEmbedContents': () => json({ embeddings: [{ values: [0.25, -0.5] }] }),
};

/** The answer of the endpoint at a path; null if there is none. */
export function sideAnswer(path: string, model: string): SideAnswer | null {
  const end = Object.keys(answers).find((suffix) => path.endsWith(suffix));
  return end === undefined ? null : (answers[end]?.(model) ?? null);
}
