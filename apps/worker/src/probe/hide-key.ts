import {
  type BodyReading,
  type Exchange,
  maskSecret,
  spellingsOf,
  type UpstreamTarget,
} from '@api-monitor/core';

/** Replaces a channel's keys by their masked forms wherever an upstream echoes them. */
export interface KeyHider {
  inText(text: string): string;
  inExchange(exchange: Exchange): Exchange;
  inReading(reading: BodyReading): BodyReading;
  /** Whether the text has the masked form in place of the key. */
  isHiddenIn(text: string): boolean;
}

/** Finds every key of a channel unchanged, escaped for JSON, and escaped for a URL. */
export function hideKeys({ apiKey, allKeys = [] }: Keyed): KeyHider {
  const keys = [...new Set([apiKey, ...allKeys])];
  const hidden = keys.map((key) => ({ spellings: spellingsOf(key), masked: maskSecret(key) }));
  const inText = (text: string) =>
    hidden.reduce(
      (before, { spellings, masked }) =>
        spellings.reduce((it, spelling) => it.replaceAll(spelling, () => masked), before),
      text,
    );
  return {
    inText,
    inExchange: (exchange) => hideInExchange(exchange, inText),
    inReading: (reading) => hideInReading(reading, inText),
    isHiddenIn: (text) => hidden.some(({ masked }) => text.includes(masked)),
  };
}

type Keyed = Pick<UpstreamTarget, 'apiKey' | 'allKeys'>;

function hideInExchange(exchange: Exchange, inText: KeyHider['inText']): Exchange {
  if (!exchange.answered) return { ...exchange, message: inText(exchange.message) };
  const { location, ...others } = exchange.headers;
  const headers = location === undefined ? others : { ...others, location: inText(location) };
  return { ...exchange, headers, body: inText(exchange.body) };
}

function hideInReading(reading: BodyReading, inText: KeyHider['inText']): BodyReading {
  switch (reading.kind) {
    case 'silence':
      return reading;
    case 'unreadable':
      return { ...reading, body: inText(reading.body) };
    case 'error': {
      const { message, type, code, param } = reading.error;
      const names = { type: type && inText(type), code: code && inText(code) };
      const hidden = { ...names, param: param && inText(param) };
      return { ...reading, error: { message: inText(message), ...hidden } };
    }
    case 'answer': {
      const { answer } = reading;
      const toolCalls = answer.toolCalls.map((call) => ({
        name: inText(call.name),
        arguments: inText(call.arguments),
      }));
      return { ...reading, answer: { ...answer, text: inText(answer.text), toolCalls } };
    }
  }
}
