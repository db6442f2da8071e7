export interface Usage {
  inputTokens: number | null;
  outputTokens: number | null;
}

/** Reads the token counts that an answer reports while it passes, without delaying it. */
export interface UsageReader {
  take(chunk: Buffer): void;
  /** Called once, after the end. */
  read(): Usage;
}

/** All formats report at the answer's end, messages also at its start; this much of both is kept. */
const startBytes = 2 * 1024;
const endBytes = 4 * 1024;

const inputNames = ['"prompt_tokens"', '"input_tokens"', '"promptTokenCount"'];
const outputNames = ['"completion_tokens"', '"output_tokens"', '"candidatesTokenCount"'];

export function createUsageReader(): UsageReader {
  const start = new StartBuffer(startBytes);
  let size = 0;
  let end: EndBuffer | null = null;
  return {
    take(chunk) {
      if (size < startBytes) start.take(chunk);
      size += chunk.length;
      if (size <= startBytes) return;
      end ??= new EndBuffer(endBytes);
      end.take(chunk);
    },
    read: () => usageIn(end ? `${start.text()}\n${end.text()}` : start.text()),
  };
}

/** The first bytes of an answer. A single piece isn't copied. */
class StartBuffer {
  readonly #limitBytes: number;
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  take(chunk: Buffer): void {
    if (this.#length === 0 && chunk.length <= this.#limitBytes) {
      this.#bytes = chunk;
      this.#length = chunk.length;
      return;
    }
    if (this.#bytes.length < this.#limitBytes) this.#own();
    this.#length += chunk.copy(this.#bytes, this.#length);
  }

  text(): string {
    return this.#bytes.toString('latin1', 0, this.#length);
  }

  /**
   * Copies a small slice, which would otherwise keep its whole buffer in memory for as long as a stream
   * lasts.
   */
  #own(): void {
    const bytes = Buffer.allocUnsafeSlow(this.#limitBytes);
    this.#bytes.copy(bytes);
    this.#bytes = bytes;
  }
}

/** The last bytes of an answer, at least `limitBytes` of them, in their own memory. */
class EndBuffer {
  readonly #limitBytes: number;
  readonly #bytes: Buffer;
  #length = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
    this.#bytes = Buffer.allocUnsafe(2 * limitBytes);
  }

  take(chunk: Buffer): void {
    const part = chunk.length > this.#limitBytes ? chunk.subarray(-this.#limitBytes) : chunk;
    if (this.#length + part.length > this.#bytes.length) {
      this.#bytes.copyWithin(0, this.#length - this.#limitBytes, this.#length);
      this.#length = this.#limitBytes;
    }
    this.#length += part.copy(this.#bytes, this.#length);
  }

  text(): string {
    return this.#bytes.toString('latin1', 0, this.#length);
  }
}

/** Every format reports its tokens after a key that starts with `usage`; the last report counts. */
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

/** The last number that follows one of the names. */
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
