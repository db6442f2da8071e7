export interface StreamEvent {
  name: string;
  /** Parsed; text that isn't JSON, such as the `ok` of `connected`, stays as it is. */
  data: unknown;
  /** Null if the event has none. */
  id: string | null;
}

/**
 * Reads an event stream piece by piece. The returned function takes the next piece, cut anywhere, and
 * returns the events that it completes.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function createEventParser(): (text: string) => StreamEvent[] {
  let rest = '';
  let id: string | null = null;
  let name = '';
  let data: string[] = [];

  const take = (line: string): StreamEvent | null => {
    if (line === '') {
      const event = { name: name || 'message', data: parseData(data.join('\n')), id };
      const isEvent = data.length > 0;
      [name, data, id] = ['', [], null];
      return isEvent ? event : null;
    }
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
    if (field === 'event') name = value;
    else if (field === 'data') data.push(value);
    else if (field === 'id') id = value;
    return null;
  };
  return (text) => {
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    return lines.flatMap((line) => take(line) ?? []);
  };
}

function parseData(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
