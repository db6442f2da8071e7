import { apiToken, type TestService } from './start-services.ts';

interface Seen {
  id: string;
  event: string;
  data: string;
}

/** Collects an api's event stream from now on, or from `lastEventId` on. */
export async function followEvents(api: TestService, lastEventId?: string) {
  const stop = new AbortController();
  const response = await fetch(`${api.origin}/api/events`, {
    headers: {
      authorization: `Bearer ${apiToken}`,
      ...(lastEventId ? { 'last-event-id': lastEventId } : {}),
    },
    signal: stop.signal,
  });
  const seen: Seen[] = [];
  const read = async () => {
    let text = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const frames = (text + chunk).split('\n\n');
      text = frames.pop() ?? '';
      seen.push(...frames.map(readFrame));
    }
  };
  read().catch(() => {});
  return { seen, names: () => seen.map(({ event }) => event), close: () => stop.abort() };
}

function readFrame(frame: string): Seen {
  const fieldOf = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1] ?? '';
  return { id: fieldOf('id'), event: fieldOf('event'), data: fieldOf('data') };
}
