import { expect, test } from 'vitest';
import { createEventGate } from './event-gate.ts';

/** What each chunk lets through, and what is held at the end. */
function throughGate(chunks: string[]) {
  const gate = createEventGate();
  const passed = chunks.map((chunk) => gate.pass(Buffer.from(chunk))?.toString() ?? null);
  return { passed, rest: gate.rest()?.toString() ?? null };
}

test('whole events pass at once', () => {
  const chunks = ['data: 1\n\n', 'event: a\ndata: 2\n\ndata: 3\n\n', 'data: 4\r\n\r\n'];
  expect(throughGate(chunks)).toEqual({ passed: chunks, rest: null });
});

test('the start of an event waits for its end', () => {
  const chunks = ['data: 1\n\ndata: {"a', '":1}', '\n', '\ndata: 2\n\n'];
  expect(throughGate(chunks)).toEqual({
    passed: ['data: 1\n\n', null, null, 'data: {"a":1}\n\ndata: 2\n\n'],
    rest: null,
  });
});

test('however the bytes are cut, the same bytes come out', () => {
  const text = 'data: 1\n\n: ping\n\nevent: x\r\ndata: é\r\n\r\n\ndata: [DONE]';
  const bytes = Buffer.from(text);
  for (let size = 1; size <= bytes.length; size += 1) {
    const gate = createEventGate();
    const out: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      out.push(gate.pass(bytes.subarray(at, at + size)) ?? Buffer.alloc(0));
    }
    expect(Buffer.concat([...out, gate.rest() ?? Buffer.alloc(0)]).toString()).toBe(text);
  }
});

test('keep-alive comments and blank lines never wait', () => {
  const chunks = [': ping\n', '\n', ': pi', 'ng\n\n'];
  expect(throughGate(chunks).passed.join('')).toBe(chunks.join(''));
  expect(throughGate([': ping\n']).passed).toEqual([': ping\n']);
});

test('a very long event is passed on in pieces', () => {
  const { passed, rest } = throughGate([`data: ${'x'.repeat(70_000)}`, 'tail']);
  expect([passed[0]?.length, passed[1], rest]).toEqual([70_006, null, 'tail']);
});
