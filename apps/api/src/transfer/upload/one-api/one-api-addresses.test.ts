import { baseUrlSchema } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { addressOfType } from './one-api-addresses.ts';

const oneApi = { config: '', system_prompt: null };
const newApi = { auto_ban: 1, openai_organization: null, channel_info: {} };

test('a shared type has the same address, whichever tool the row is from', () => {
  for (const row of [{}, oneApi, newApi]) {
    expect(addressOfType(1, row)).toBe('https://api.openai.com');
    expect(addressOfType(17, row)).toBe('https://dashscope.aliyuncs.com/compatible-mode');
    expect(addressOfType(20, row)).toBe('https://openrouter.ai/api');
  }
});

test.each([
  [25, 'https://api.moonshot.cn', 'https://api.moonshot.cn'],
  [28, 'https://api.mistral.ai', undefined],
  [29, 'https://api.groq.com/openai', undefined],
  [35, 'https://api.cohere.ai/compatibility', 'https://api.minimaxi.com'],
  [43, undefined, 'https://api.deepseek.com'],
  [44, 'https://api.siliconflow.cn', 'https://api.moka.ai'],
  [48, 'https://spark-api-open.xf-yun.com', 'https://api.x.ai'],
])('type %d has the address of one-api or of new-api', (type, ofOneApi, ofNewApi) => {
  expect(addressOfType(type, oneApi)).toBe(ofOneApi);
  expect(addressOfType(type, newApi)).toBe(ofNewApi);
});

test('a row that could be from either tool gets no address', () => {
  for (const type of [24, 25, 26, 28, 35, 43, 48]) {
    expect(addressOfType(type, {})).toBeUndefined();
    expect(addressOfType(type, { ...oneApi, ...newApi })).toBeUndefined();
  }
});

test.each([0, 3, 8, 15, 16, 18, 23, 33, 1000, -1, 1.5])('type %d has no address', (type) => {
  for (const row of [{}, oneApi, newApi]) expect(addressOfType(type, row)).toBeUndefined();
});

test('every address is stored unchanged, and none leads to this machine', () => {
  for (let type = 0; type < 100; type += 1) {
    for (const row of [oneApi, newApi]) {
      const address = addressOfType(type, row);
      if (address === undefined) continue;
      expect(baseUrlSchema.parse(address)).toBe(address);
      expect(address).toMatch(/^https:\/\/[a-z\d.-]+\.[a-z]{2,}(\/[a-z-]+)*$/);
    }
  }
});
