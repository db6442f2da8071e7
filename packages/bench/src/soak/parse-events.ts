interface ParsedEvent {
  name: string;
  id: string | null;
}

/** A reader of Server-Sent Events that takes text in any pieces; comments count for nothing. */
export function createParser(onEvent: (event: ParsedEvent) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const frames = (rest + text).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const name = fieldOf(frame, 'event');
      if (name !== null) onEvent({ name, id: fieldOf(frame, 'id') });
    }
  };
}

function fieldOf(frame: string, field: string): string | null {
  const line = frame.split('\n').find((it) => it.startsWith(`${field}: `));
  return line?.slice(field.length + 2) ?? null;
}
