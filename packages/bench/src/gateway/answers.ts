/** The answers of the benchmark's provider, in the form of OpenAI's chat completions. */

export const chunksPerStream = 50;
const usage = { prompt_tokens: 19, completion_tokens: 64, total_tokens: 83 };

/** About 600 bytes, like a short answer; without quotes and dollars, which nginx would interpret. */
export const jsonAnswer = JSON.stringify({
  id: 'chatcmpl-0123456789abcdef',
  object: 'chat.completion',
  created: 1_700_000_000,
  model: 'vendor/model-0',
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: 'A sentence of the answer. '.repeat(12),
        refusal: null,
      },
      finish_reason: 'stop',
    },
  ],
  usage,
});

/** One event of a stream with a `stamp`, by which its delay is measured. */
export function streamEvent(stamp: string): string {
  return `data: {"id":"chatcmpl-0123456789","object":"chat.completion.chunk","stamp":"${stamp}","choices":[{"index":0,"delta":{"content":" token"},"finish_reason":null}]}\n\n`;
}

/** The end of a chat stream: the reason, the tokens, [DONE]. */
export const streamEnd = `data: {"id":"chatcmpl-0123456789","object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":${JSON.stringify(usage)}}\n\ndata: [DONE]\n\n`;
