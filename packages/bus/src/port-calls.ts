import type { MessagePort } from 'node:worker_threads';
import { AppError } from '@api-monitor/core';

type Method = (...args: never[]) => Promise<unknown>;

interface Call {
  id: number;
  name: string;
  args: never[];
}

type Answer = { id: number } & ({ value: unknown } | { error: string; isExpected: boolean });

const defaultTimeoutMs = 30_000;
/** While the other thread is stuck, calls beyond this many are rejected at once. */
const pendingLimit = 10_000;
const hasEnded = 'the other thread has ended';

/** Lets the thread at the other end of `port` call these methods with `callOver`. */
export function answerCalls(port: MessagePort, methods: Record<string, Method>): void {
  const answer = async ({ id, name, args }: Call): Promise<Answer> => {
    try {
      return { id, value: await methods[name]?.(...args) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { id, error: message, isExpected: error instanceof AppError };
    }
  };
  port.on('message', async (call: Call) => port.postMessage(await answer(call)));
}

/**
 * Calls the methods that the thread at the other end of `port` offers with `answerCalls`. Rejects with
 * its error, or with AppError `unavailable` if it has ended or doesn't answer within the timeout (30 s).
 */
export function callOver<Methods extends Record<keyof Methods, Method>>(
  port: MessagePort,
  timeoutMs = defaultTimeoutMs,
) {
  const pending = new Map<number, (answer: Answer) => void>();
  let lastId = 0;
  let isClosed = false;
  const reject = (id: number, error: string) => pending.get(id)?.({ id, error, isExpected: true });

  port.on('message', (answer: Partial<Answer>) => {
    if (isAnswer(answer)) pending.get(answer.id)?.(answer);
  });
  port.on('close', () => {
    isClosed = true;
    for (const id of pending.keys()) reject(id, hasEnded);
  });
  return async <Name extends keyof Methods & string>(
    name: Name,
    ...args: Parameters<Methods[Name]>
  ): Promise<Awaited<ReturnType<Methods[Name]>>> => {
    // Messages to a closed port vanish.
    if (isClosed) throw new AppError('unavailable', hasEnded);
    if (pending.size >= pendingLimit) throw new AppError('unavailable', 'too many calls at once');
    lastId += 1;
    const id = lastId;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    // Throws if something of it can't be copied.
    port.postMessage({ id, name, args });
    pending.set(id, resolve);
    const timer = setTimeout(reject, timeoutMs, id, 'no answer in time').unref();
    const answer = await promise;
    clearTimeout(timer);
    pending.delete(id);
    if ('value' in answer) {
      // The other end's `answerCalls` is given the same `Methods`.
      return answer.value as Awaited<ReturnType<Methods[Name]>>;
    }
    throw answer.isExpected ? new AppError('unavailable', answer.error) : new Error(answer.error);
  };
}

/** A port may carry other messages as well. */
function isAnswer(message: Partial<Answer>): message is Answer {
  return message.id !== undefined;
}
