import { startFakeProvider } from './start-fake-provider.ts';

/** A provider to start by hand: `node packages/fake-provider/src/main.ts [port]`. Ctrl-C ends it. */
const port = Number(process.argv[2] ?? 9090);
const apiKey = 'sk-fake-provider-0123456789';
const provider = await startFakeProvider({
  port,
  apiKey,
  models: {
    'gpt-4o': 'paced',
    'gpt-5.1': 'paced',
    'claude-sonnet-4-5': 'thought_then_text',
    'gemini-2.5-pro': 'good',
    'text-embedding-3-small': 'good',
    'gpt-5-mini': 'wants_max_completion_tokens',
    'deepseek-r1': 'reasoning_only',
    'llama-busy': 'http_429',
    'qwen-broke': 'http_402',
    'mistral-challenged': 'page_403',
    'whisper-1': 'good',
  },
  pace: () => ({ latencyMs: 80 + Math.random() * 240, pieceDelayMs: 15 }),
});
console.log(`fake provider at ${provider.origin}, API key ${apiKey}`);
process.once('SIGINT', () => provider.close());
process.once('SIGTERM', () => provider.close());
