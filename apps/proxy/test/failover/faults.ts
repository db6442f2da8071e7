import { setTimeout as pause } from 'node:timers/promises';
import {
  type BehaviourName,
  behaviours,
  eventText,
  type FakeProviderOptions,
  replyWith,
  type WireEvent,
} from '@api-monitor/fake-provider';

type Behaviour = Exclude<FakeProviderOptions['models'][string], BehaviourName>;
type Request = Parameters<Behaviour>[0];

/** A kind of fault: how the channel behaves that is asked first. */
export interface Fault {
  kind: string;
  /** A new one for each model, because it may remember what it has answered. */
  make: () => BehaviourName | Behaviour;
  /** The client's to see: no other channel is asked. */
  isClients?: boolean;
  /** There is no other channel; the client's SDK tries again. */
  isAlone?: boolean;
}

const once = (how: BehaviourName) => (): Behaviour => {
  let asked = 0;
  return (request, response) => {
    asked += 1;
    return (asked === 1 ? behaviours[how] : behaviours.good)(request, response);
  };
};
const always = (how: BehaviourName | Behaviour) => () => how;

/** How a stream begins, and how it goes on after the client has had that. A whole answer is cut in half. */
interface Course {
  begin: string[];
  rest: string[];
  end: 'reset' | 'end' | 'hang';
}

const streaming =
  (courseOf: (events: string[], firstToken: number) => Course) =>
  (): Behaviour =>
  async (request, response) => {
    if (!request.isStream) return behaviours.cut_json(request, response);
    const events = eventsOf(request).map(eventText);
    const firstToken = events.findIndex((event) => event.includes('I am'));
    const { begin, rest, end } = courseOf(events, firstToken);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(begin.join(''));
    await pause(50);
    response.write(rest.join(''), () => {
      if (end === 'reset') response.socket?.resetAndDestroy();
      if (end === 'end') response.end();
    });
  };

function eventsOf({ wire, model }: Request): WireEvent[] {
  return wire.events(replyWith({ text: `I am ${model}.` }), model);
}

const malformed = 'data: {"id":"x","choices":[{"delta":{"content":"br\n\n';

const tooLong: Behaviour = ({ wire }, response) => {
  const message = 'prompt is too long: 9000 tokens, the maximum context length is 8192 tokens';
  response.writeHead(400, { 'content-type': 'application/json' });
  response.end(JSON.stringify(wire.error(message, 'invalid_request_error', 400)));
};
const filtered: Behaviour = ({ wire }, response) => {
  const message = 'The prompt was rejected by the content policy (content_filter).';
  response.writeHead(400, { 'content-type': 'application/json' });
  response.end(JSON.stringify(wire.error(message, 'content_policy_violation', 400)));
};
/** The head, for a stream also what comes before its first token, and then nothing. */
const handshake: Behaviour = (request, response) => {
  const type = request.isStream ? 'text/event-stream' : 'application/json';
  response.writeHead(200, { 'content-type': type });
  const events = eventsOf(request).map(eventText);
  const firstToken = events.findIndex((event) => event.includes('I am'));
  if (request.isStream) response.write(events.slice(0, firstToken).join(''));
  response.flushHeaders();
};

/** The kinds of an independent bench. */
export const faults: readonly Fault[] = [
  { kind: '429 once', make: once('http_429') },
  { kind: '429 for good', make: always('http_429') },
  { kind: '500 once', make: once('http_500') },
  { kind: '503 for good', make: always('http_503') },
  { kind: 'reset', make: always('reset_before_headers') },
  { kind: 'silence', make: always('hang_before_headers') },
  { kind: 'slow first token', make: always(handshake) },
  {
    kind: 'cut midway',
    make: streaming((events, first) => ({
      ...{ begin: events.slice(0, first + 1), rest: events.slice(first + 1, first + 2) },
      end: 'reset',
    })),
  },
  {
    kind: 'malformed first chunk',
    make: streaming((events) => ({ begin: [malformed], rest: events, end: 'end' })),
  },
  {
    kind: 'malformed chunk midway',
    make: streaming((events, first) => ({
      ...{ begin: events.slice(0, first + 1), rest: [malformed, ...events.slice(first + 1)] },
      end: 'end',
    })),
  },
  {
    kind: 'stall midway',
    make: streaming((events, first) => ({
      begin: events.slice(0, first + 1),
      rest: [],
      end: 'hang',
    })),
  },
  {
    kind: 'no terminator',
    make: streaming((events, first) => ({
      ...{ begin: events.slice(0, first + 1), rest: events.slice(first + 1, first + 2) },
      end: 'end',
    })),
  },
  { kind: 'context too long', make: always(tooLong) },
  { kind: 'content filter', make: always(filtered), isClients: true },
  {
    kind: 'cut at the very end',
    make: streaming((events, first) => ({
      begin: events.slice(0, first + 1),
      rest: events.slice(first + 1, -1),
      end: 'reset',
    })),
  },
  { kind: 'flap and recovery', make: once('http_500'), isAlone: true },
  { kind: 'accounting', make: always('no_text') },
];
