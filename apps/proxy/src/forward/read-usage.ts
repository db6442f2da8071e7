import { HeadBuffer } from './head-buffer.ts';
import { TailBuffer } from './tail-buffer.ts';

export interface Usage {
  inputTokens: number | null;
  outputTokens: number | null;
}

/** Reads the tokens that an answer reports, from whatever passes by, without holding it up. */
export interface UsageReader {
  take(chunk: Buffer): void;
  /** Called once, after the end. */
  read(): Usage;
}

/** How much of an answer's start and end is kept: all formats report at its end, messages at its start too. */
const startBytes = 2 * 1024;
const endBytes = 4 * 1024;

const inputNames = ['"prompt_tokens"', '"input_tokens"', '"promptTokenCount"'];
const outputNames = ['"completion_tokens"', '"output_tokens"', '"candidatesTokenCount"'];

export function createUsageReader(): UsageReader {
  const start = new HeadBuffer(startBytes);
  let size = 0;
  let end: TailBuffer | null = null;
  return {
    take(chunk) {
      if (size < startBytes) start.take(chunk);
      size += chunk.length;
      if (size <= startBytes) return;
      end ??= new TailBuffer(endBytes);
      end.take(chunk);
    },
    read() {
      const text = start.toString('latin1');
      return usageIn(end ? `${text}\n${end.toString('latin1')}` : text);
    },
  };
}

/** Every format tells its tokens behind a `usage` of some name; what is told last counts. */
function usageIn(text: string): Usage {
  const at = text.lastIndexOf('"usage');
  if (at < 0) return { inputTokens: null, outputTokens: null };
  const last = text.slice(at);
  return {
    inputTokens: lastNumber(last, inputNames) ?? lastNumber(text, inputNames),
    outputTokens: lastNumber(last, outputNames) ?? lastNumber(text, outputNames),
  };
}

const numberBehind = /\s*:\s*(\d{1,12})/y;

/** The number that stands last behind one of the names. */
function lastNumber(text: string, names: readonly string[]): number | null {
  let [found, foundAt]: [number | null, number] = [null, -1];
  for (const name of names) {
    for (let at = text.lastIndexOf(name); at > foundAt; at = text.lastIndexOf(name, at - 1)) {
      numberBehind.lastIndex = at + name.length;
      const number = numberBehind.exec(text)?.[1];
      if (number !== undefined) [found, foundAt] = [Number(number), at];
      if (at === 0) break;
    }
  }
  return found;
}
