/** A chat answer as the shortest body that a model's answer can be. */
export const goodBody = '{"choices":[{"message":{"content":"I am m."},"finish_reason":"stop"}]}';

/** The first token of a chat stream. */
export const goodEvent = 'data: {"choices":[{"delta":{"content":"I am m."}}]}\n\n';
