import { expect, test } from 'vitest';
import { BodyBudget } from '../../request/body/read-request-body.ts';
import { AnswerEvents, type AnswerHead } from './answer-events.ts';

const eventsOf = (
  head: AnswerHead,
  limitBytes: number,
  budget = new BodyBudget(Number.MAX_SAFE_INTEGER),
) => new AnswerEvents(head, { limitBytes, budget });

const stream = { status: 200, isStream: true, headers: {} };

const item = '{"id":"msg_1","type":"message","n":12345678901234567890,"content":[{"text":"é😀"}]}';
const done = `{"type":"response.output_item.done","output_index":0,"item":${item}}`;
const delta = '{"type":"response.output_text.delta","delta":"an \\"error\\" é😀"}';
const completed = '{"type":"response.completed","response":{"id":"resp_1","output":[]}}';
const text = `: keep-alive\r\n\r\ndata: ${delta}\r\n\r\nevent: x\ndata: ${done}\n\ndata:${completed}\n\ndata: [DONE]\n\n`;

test('a stream split at any byte gives the same events, and the same output', () => {
  const bytes = Buffer.from(text);
  for (let at = 0; at <= bytes.length; at += 1) {
    const events = eventsOf(stream, 10_000);
    const passed = [
      ...events.take(bytes.subarray(0, at)),
      ...events.take(bytes.subarray(at)),
      ...events.end(),
    ];
    expect(passed, String(at)).toEqual([delta, done, completed]);
    expect(events.seen.id).toBe('resp_1');
    expect(events.seen.items.map(String)).toEqual([item]);
  }
});

test('items are in the order of their index, and those of the last event count if there are no others', () => {
  const itemAt = (index: number) =>
    `data: {"type":"response.output_item.done","output_index":${index},"item":{"n":${index}}}\n\n`;
  const events = eventsOf(stream, 10_000);
  events.take(Buffer.from(itemAt(1) + itemAt(0)));
  expect(events.seen.items.map(String)).toEqual(['{"n":0}', '{"n":1}']);
  const late = eventsOf(stream, 10_000);
  late.take(
    Buffer.from(
      'data: {"response":{"output":[{"n": 1.0}],"id":"r"},"type":"response.completed"}\n\n',
    ),
  );
  expect(late.seen).toEqual({ id: 'r', items: [Buffer.from('{"n": 1.0}')] });
});

test('a stream that ends without saying so ends in an error', () => {
  const events = eventsOf(stream, 10_000);
  events.take(Buffer.from(`data: ${delta}\n\n`));
  expect(events.end().map((event) => JSON.parse(event))).toEqual([
    expect.objectContaining({ type: 'error', status: 502 }),
  ]);
  expect(events.seen.id).toBeNull();
});

test.each([
  ['{"type":"error","code":"rate_limit_exceeded","message":"slow"}', 429, 'slow'],
  ['{"type":"error","code":null,"message":"odd","x":1}', 500, 'odd'],
  ['{"error":{"message":"bare"}}', 500, 'bare'],
  ['{"type":"error","status":418,"error":{"message":"own"}}', 418, 'own'],
])('%s gets a status and an error', (data, status, message) => {
  const events = eventsOf(stream, 10_000);
  const [event = ''] = events.take(Buffer.from(`data: ${data}\n\n`));
  expect(JSON.parse(event)).toMatchObject({ type: 'error', status, error: { message } });
  expect(events.end()).toEqual([]);
});

test.each([
  ['<html>gone</html>', '<html>gone</html>'],
  ['{"error":"plain"}', 'plain'],
  ['{"detail":"no"}', '{"detail":"no"}'],
  ['', ''],
])('an error status with the body %j is an error event', (body, message) => {
  const events = eventsOf({ status: 403, isStream: false, headers: { a: 'b' } }, 10_000);
  events.take(Buffer.from(body));
  const [event = ''] = events.end();
  expect(JSON.parse(event)).toMatchObject({
    ...{ type: 'error', status: 403, headers: { a: 'b' } },
    error: { message },
  });
});

test('an event, a body or an output that is too long is not kept', () => {
  const long = eventsOf(stream, 1_000);
  long.take(Buffer.from(`data: ${'x'.repeat(500)}`));
  expect(long.fault).toBeNull();
  long.take(Buffer.from('x'.repeat(1_000)));
  expect(long.fault).toBe('too_long');
  const whole = eventsOf({ ...stream, isStream: false }, 1_000);
  whole.take(Buffer.alloc(1_001));
  expect(whole.fault).toBe('too_long');
  const many = eventsOf(stream, 1_000);
  for (let n = 0; n < 20; n += 1) many.take(Buffer.from(`data: ${done}\n\n`));
  many.take(Buffer.from(`data: ${completed}\n\n`));
  expect(many.seen.id).toBeNull();
});

test('what is kept of an answer counts as a body in memory until it is released', () => {
  const budget = new BodyBudget(10_000);
  const unfinished = eventsOf(stream, 20_000, budget);
  unfinished.take(Buffer.from(`data: ${'你'.repeat(4_000)}`));
  expect([unfinished.fault, budget.take(2_000)]).toEqual([null, false]);
  unfinished.take(Buffer.from('你'.repeat(1_000)));
  expect(unfinished.fault).toBe('no_room');
  unfinished.release();
  const finished = eventsOf(stream, 20_000, budget);
  finished.take(Buffer.from(`data: ${done}\n\n`));
  expect([budget.take(9_800), finished.seen.items]).toEqual([false, [Buffer.from(item)]]);
  finished.release();
  const whole = eventsOf({ ...stream, isStream: false }, 20_000, budget);
  whole.take(Buffer.alloc(6_000));
  expect(budget.take(5_000)).toBe(false);
  whole.release();
  expect(budget.take(10_000)).toBe(true);
});

test('an answer whose id no request could name is not kept', () => {
  const events = eventsOf(stream, 10_000);
  const id = 'x'.repeat(1_025);
  events.take(Buffer.from(`data: {"type":"response.completed","response":{"id":"${id}"}}\n\n`));
  expect(events.seen.id).toBeNull();
});
