import type { ClientGuide } from './client-guide.ts';
import { quoteForCode as quoted } from './quote-for.ts';

/** The official libraries of the three vendors. */
export const sdkGuides: readonly ClientGuide[] = [
  {
    // https://github.com/openai/openai-python, https://github.com/openai/openai-node
    id: 'openai-sdk',
    name: 'OpenAI SDK',
    group: 'sdk',
    route: 'chat',
    note: 'gateway.note.openai',
    samples: [
      {
        label: 'Python',
        code: ({ address, key, model }) => `from openai import OpenAI

client = OpenAI(base_url=${quoted(`${address}/v1`)}, api_key=${quoted(key)})
stream = client.chat.completions.create(
    model=${quoted(model)},
    messages=[{"role": "user", "content": "Hello!"}],
    stream=True,
)
for chunk in stream:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="")`,
      },
      {
        label: 'JavaScript',
        code: ({ address, key, model }) => `import OpenAI from 'openai';

const client = new OpenAI({ baseURL: ${quoted(`${address}/v1`)}, apiKey: ${quoted(key)} });
const stream = await client.chat.completions.create({
  model: ${quoted(model)},
  messages: [{ role: 'user', content: 'Hello!' }],
  stream: true,
});
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta?.content ?? '');`,
      },
    ],
  },
  {
    // https://github.com/anthropics/anthropic-sdk-python, …/anthropic-sdk-typescript
    id: 'anthropic-sdk',
    name: 'Anthropic SDK',
    group: 'sdk',
    route: 'anthropic',
    note: 'gateway.note.anthropic',
    samples: [
      {
        label: 'Python',
        code: ({ address, key, model }) => `from anthropic import Anthropic

client = Anthropic(base_url=${quoted(address)}, auth_token=${quoted(key)})
with client.messages.stream(
    model=${quoted(model)},
    max_tokens=1024,
    messages=[{"role": "user", "content": "Hello!"}],
) as stream:
    for text in stream.text_stream:
        print(text, end="")`,
      },
      {
        label: 'JavaScript',
        code: ({ address, key, model }) => `import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic({ baseURL: ${quoted(address)}, authToken: ${quoted(key)} });
const stream = client.messages.stream({
  model: ${quoted(model)},
  max_tokens: 1024,
  messages: [{ role: 'user', content: 'Hello!' }],
});
stream.on('text', (text) => process.stdout.write(text));
await stream.finalMessage();`,
      },
    ],
  },
  {
    // https://googleapis.github.io/python-genai, https://googleapis.github.io/js-genai
    id: 'google-sdk',
    name: 'Google Gen AI SDK',
    group: 'sdk',
    route: 'gemini',
    note: 'gateway.note.google',
    samples: [
      {
        label: 'Python',
        code: ({ address, key, model }) => `from google import genai
from google.genai import types

client = genai.Client(
    api_key=${quoted(key)},
    http_options=types.HttpOptions(base_url=${quoted(address)}),
)
for chunk in client.models.generate_content_stream(model=${quoted(model)}, contents="Hello!"):
    print(chunk.text or "", end="")`,
      },
      {
        label: 'JavaScript',
        code: ({ address, key, model }) => `import { GoogleGenAI } from '@google/genai';

const client = new GoogleGenAI({
  apiKey: ${quoted(key)},
  httpOptions: { baseUrl: ${quoted(address)} },
});
const stream = await client.models.generateContentStream({
  model: ${quoted(model)},
  contents: 'Hello!',
});
for await (const chunk of stream) process.stdout.write(chunk.text ?? '');`,
      },
    ],
  },
];
