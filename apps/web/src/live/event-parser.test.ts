import { expect, it } from 'vitest';
import { createEventParser } from './event-parser.ts';

const stream = [
  'event: connected\ndata: ok\n\n',
  ': still here\n\n',
  'id: 7-1\r\nevent: target_updated\r\ndata: {"target_id":3}\r\n\r\n',
  'event: heartbeat\ndata: {}\n\n',
  'data: a\ndata: b\n\n',
].join('');

const events = [
  { name: 'connected', data: 'ok', id: null },
  { name: 'target_updated', data: { target_id: 3 }, id: '7-1' },
  { name: 'heartbeat', data: {}, id: null },
  { name: 'message', data: 'a\nb', id: null },
];

it('reads events, wherever the stream is cut', () => {
  for (let at = 0; at <= stream.length; at += 1) {
    const parse = createEventParser();
    expect([...parse(stream.slice(0, at)), ...parse(stream.slice(at))], `${at}`).toEqual(events);
  }
});

it('keeps an event back until it is complete', () => {
  const parse = createEventParser();
  expect(parse('event: resync\ndata: {}\n')).toEqual([]);
  expect(parse('\n')).toEqual([{ name: 'resync', data: {}, id: null }]);
});
