import { setTimeout as pause } from 'node:timers/promises';

/** A client of the gateway, as the demo plays it. */
interface Traffic {
  origin: string;
  token: string;
  signal: AbortSignal;
}

const models = ['gpt-4o', 'gpt-4o-mini', 'llama-4-maverick', 'mistral-large', 'deepseek-v3.2'];
const pauseMs = 600;
const question = [{ role: 'user', content: 'Which model are you?' }];

/** Asks one model after the other through the gateway until the demo ends, in turns streamed and whole. */
export async function playTraffic({ origin, token, signal }: Traffic): Promise<void> {
  for (let turn = 0; !signal.aborted; turn += 1) {
    const model = models[turn % models.length];
    const body = JSON.stringify({ model, messages: question, stream: turn % 2 === 0 });
    await ask(`${origin}/v1/chat/completions`, token, body, signal).catch(() => {});
    await pause(pauseMs, null, { signal }).catch(() => {});
  }
}

async function ask(url: string, token: string, body: string, signal: AbortSignal): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(20_000)]);
  const response = await fetch(url, { method: 'POST', headers, body, signal: bounded });
  await response.arrayBuffer();
}
