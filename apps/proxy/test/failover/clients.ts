import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { clientKey } from '../open-test-gateway.ts';

/** What a client's code sees: a text that it takes for the whole answer, or an error. */
export type Seen = { text: string } | { status: number | undefined; message: string };

interface Client {
  streamed(model: string): Promise<string>;
  whole(model: string): Promise<string>;
}

const asked = 'Who are you?';
const timeout = 15_000;

/** The official SDKs, each as its documentation shows it. */
export function clientsAt(origin: string, retries: number): Record<string, Client> {
  const openai = new OpenAI({
    ...{ baseURL: `${origin}/v1`, apiKey: clientKey, maxRetries: retries, timeout },
  });
  const anthropic = new Anthropic({
    ...{ baseURL: origin, apiKey: clientKey, maxRetries: retries, timeout },
  });
  const gemini = new GoogleGenAI({
    apiKey: clientKey,
    httpOptions: { baseUrl: origin, timeout, retryOptions: { attempts: retries + 1 } },
  });
  const messages = [{ role: 'user' as const, content: asked }];
  return {
    chat: {
      async streamed(model) {
        const stream = await openai.chat.completions.create({ model, messages, stream: true });
        return textOf(stream, ({ choices }) => choices[0]?.delta.content);
      },
      async whole(model) {
        const { choices } = await openai.chat.completions.create({ model, messages });
        return choices[0]?.message.content ?? '';
      },
    },
    messages: {
      async streamed(model) {
        const given = { model, messages, max_tokens: 64 };
        return textIn(await anthropic.messages.stream(given).finalMessage());
      },
      async whole(model) {
        return textIn(await anthropic.messages.create({ model, messages, max_tokens: 64 }));
      },
    },
    responses: {
      async streamed(model) {
        const stream = await openai.responses.create({ model, input: asked, stream: true });
        return textOf(stream, (event) =>
          event.type === 'response.output_text.delta' ? event.delta : '',
        );
      },
      whole: async (model) => (await openai.responses.create({ model, input: asked })).output_text,
    },
    gemini: {
      async streamed(model) {
        const stream = await gemini.models.generateContentStream({ model, contents: asked });
        return textOf(stream, ({ text }) => text);
      },
      async whole(model) {
        return (await gemini.models.generateContent({ model, contents: asked })).text ?? '';
      },
    },
  };
}

export async function seenBy(call: () => Promise<string>): Promise<Seen> {
  try {
    return { text: await call() };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const status = 'status' in error ? Number(error.status) : undefined;
    return { status, message: error.message };
  }
}

async function textOf<T>(
  stream: AsyncIterable<T>,
  pieceOf: (event: T) => string | null | undefined,
): Promise<string> {
  let text = '';
  for await (const event of stream) text += pieceOf(event) ?? '';
  return text;
}

function textIn({ content }: Anthropic.Message): string {
  return content.map((block) => (block.type === 'text' ? block.text : '')).join('');
}
