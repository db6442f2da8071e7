import { describe, expect, test } from 'vitest';
import { chooseRoute } from './choose-route.ts';

function planOf(model: string): string {
  const plan = chooseRoute(model);
  return plan.kind === 'probe' ? plan.route : plan.reason;
}

const asked: Record<string, readonly string[]> = {
  anthropic: ['claude-sonnet-4-5', 'anthropic/Claude-3-Opus', 'vendor/claude-3/thinking'],
  gemini: [
    'gemini-2.5-pro',
    'google/gemini-3-pro-preview',
    'gemini-2.5-flash-image',
    'gemini-2.0-flash-exp-image-generation',
  ],
  responses: [
    'gpt-5.1',
    'gpt-5.3-chat-latest',
    'openai/GPT-5.2',
    'gpt-5.10-mini',
    'gpt-5-codex',
    'codex-mini-latest',
    'gpt-6',
    'gpt-6.2-mini',
    'gpt-10-pro',
  ],
  chat: [
    'gpt-4o',
    'gpt-5',
    'gpt-5.0',
    'gpt-5-mini',
    'gpt-4.1',
    'gpt-35-turbo',
    'gpt-oss-120b',
    'gpt-4-vision-preview',
    'gpt-4o-audio-preview',
    'qwen-vl-max',
    'qwen3-omni-flash',
    'deepseek-ocr',
    'llama-3.3-70b-instruct',
    'llama-guard-4',
    'video-llava',
    'stablelm-2',
    'claude/gpt-4o',
    'olive-7b',
    'mistral-large',
    'grok-2-vision',
    'oliver-live2d',
    'accounts/fireworks/models/llama-v3p1-405b-instruct',
    'Pro/deepseek-ai/DeepSeek-R1',
    'hunyuan-turbos',
    'doubao-seed-1-6',
    'qwen-audio-turbo',
    'wanda-7b',
    'genie-4b',
    'gpt-audio-mini',
  ],
  embeddings: [
    'text-embedding-3-small',
    'gemini-embedding-001',
    'baai/bge-m3',
    'embed-english-v3.0',
    'gte-qwen2-7b-instruct',
    'e5-mistral-7b-instruct',
    'voyage-3-large',
    'Pro/BAAI/bge-m3',
    'accounts/fireworks/models/nomic-embed-text',
  ],
};

const skipped: Record<string, readonly string[]> = {
  'a reranker, not a chat model': ['rerank-v3.5', 'BAAI/bge-reranker-v2-m3'],
  'a moderation model, not a chat model': ['omni-moderation-latest', 'text-moderation-007'],
  'a transcription model, not a chat model': ['whisper-1', 'gpt-4o-transcribe', 'qwen3-asr-flash'],
  'a speech model, not a chat model': ['tts-1-hd', 'gpt-4o-mini-tts', 'gemini-2.5-pro-preview-tts'],
  'a realtime model, not a chat model': ['gpt-4o-realtime-preview', 'gemini-2.0-flash-live-001'],
  'a music model, not a chat model': ['suno-v4', 'music-01'],
  'an image model, not a chat model': [
    'dall-e-3',
    'gpt-image-1',
    'black-forest-labs/FLUX.1-dev',
    'imagen-4.0-generate-001',
    'sd3.5-large',
    'sdxl-turbo',
    'stable-diffusion-3',
    'midjourney',
    'mj_imagine',
    'qwen-image-edit',
    'grok-2-image',
    'nano-banana',
    'nano-banana-pro',
    'jimeng-4.0',
    'grok-imagine-1.0',
    'qwen-image',
    'Qwen/Qwen-Image-Edit',
    'z-image-turbo',
    'hunyuan-image-3',
    'accounts/fireworks/models/flux-1-schnell-fp8',
    'doubao-seedream-4-0',
  ],
  'a video model, not a chat model': [
    ...['i2v-01', 'T2V-01-Director', 'S2V-01', 'runwayml', 'act_two'],
    'sora-2-pro',
    'veo-3.1-generate-preview',
    'veo3',
    'kling-v2',
    'kling-v2-1-master',
    'vidu-q1',
    'viduq2-turbo',
    'gen4_turbo',
    'gen3a_turbo',
    'runway-gen4',
    'wan2.6-i2v',
    'Wan-AI/Wan2.2-T2V-A14B',
    'doubao-seedance-1-0-pro',
    'MiniMax-Hailuo-02',
    'hunyuan-video',
    'wan2.1-t2v-14b',
    'minimax-video-01',
  ],
  'a document reader, not a chat model': ['mistral-ocr-latest'],
  'a plain completion model, not a chat model': ['davinci-002', 'gpt-3.5-turbo-instruct'],
};

describe('the route for a model name', () => {
  const rows = Object.entries({ ...asked, ...skipped }).flatMap(([plan, models]) =>
    models.map((model) => [model, plan] as const),
  );
  test.each(rows)('%s → %s', (model, plan) => {
    expect(planOf(model)).toBe(plan);
  });
});

test('a chat model that speaks is asked for sound', () => {
  expect(chooseRoute('gpt-4o-audio-preview')).toMatchObject({
    form: { route: 'chat', demanded: { modalities: ['text', 'audio'] } },
  });
  expect(chooseRoute('gpt-4o')).toMatchObject({ form: { route: 'chat', demanded: {} } });
});

test('a model that is skipped has the route of its clients, if there is one', () => {
  expect(chooseRoute('whisper-1')).toMatchObject({
    purpose: 'transcription',
    route: 'transcriptions',
  });
  expect(chooseRoute('sora-2')).toMatchObject({ purpose: 'video', route: null });
});
