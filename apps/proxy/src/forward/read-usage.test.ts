import { expect, test } from 'vitest';
import { createUsageReader } from './read-usage.ts';

function usageOf(chunks: string[]) {
  const reader = createUsageReader();
  for (const chunk of chunks) reader.take(Buffer.from(chunk));
  const { inputTokens, outputTokens } = reader.read();
  return [inputTokens, outputTokens];
}

const chat = '{"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":34,"total_tokens":46}}';

test('each format reports its tokens under its own names', () => {
  expect(usageOf([chat])).toEqual([12, 34]);
  expect(usageOf(['{"usage":{"input_tokens":5,"output_tokens":6}}'])).toEqual([5, 6]);
  const gemini = '{"usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":8}}';
  expect(usageOf([gemini])).toEqual([7, 8]);
});

test('a report is read wherever it is split', () => {
  for (let cut = 1; cut < chat.length; cut += 1) {
    expect(usageOf([chat.slice(0, cut), chat.slice(cut)]), `cut at ${cut}`).toEqual([12, 34]);
  }
});

test('a messages stream reports input tokens first and output tokens last', () => {
  const start =
    'data: {"type":"message_start","message":{"usage":{"input_tokens":9,"output_tokens":1}}}\n\n';
  const end = 'data: {"type":"message_delta","usage":{"output_tokens":21}}\n\n';
  expect(usageOf([start, 'data: {"delta":"x"}\n\n', end])).toEqual([9, 21]);
});

test('a messages stream in one piece reports both too', () => {
  const text =
    'event: message_start\ndata: {"message":{"usage":{"input_tokens":9,"output_tokens":1}}}\n\n' +
    'event: message_delta\ndata: {"usage":{"output_tokens":21}}\n\n' +
    'event: message_stop\ndata: {"type":"message_stop"}\n\n';
  expect(usageOf([text])).toEqual([9, 21]);
  expect(usageOf([...text])).toEqual([9, 21]);
});

test('the start and end of an answer are read however long it is', () => {
  const start = 'data: {"message":{"usage":{"input_tokens":9,"output_tokens":1}}}\n\n';
  const end = 'data: {"usage":{"output_tokens":21}}\n\n';
  const filler = Array.from({ length: 300 }, () => 'data: {"delta":"some words"}\n\n');
  expect(usageOf([start, ...filler, end])).toEqual([9, 21]);
  expect(usageOf([[start, ...filler, end].join('')])).toEqual([9, 21]);
});

test('without a report both counts are null', () => {
  expect(usageOf(['{"choices":[],"usage":null}'])).toEqual([null, null]);
});
