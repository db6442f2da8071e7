import type { Readable } from 'node:stream';
import type { AnswerProgress } from '@api-monitor/core';

/** How long the end of the body is waited for; what ends by itself leaves its connection to others. */
const patienceMs: Record<Exclude<AnswerProgress, 'under_way'>, number> = {
  complete: 2000,
  over: 200,
};

/** Closes a body whose sender has said all and keeps the connection open. */
export interface HangUp {
  /** Takes how far the answer has come; from `complete` on, the wait for the end is bounded. */
  heard(progress: AnswerProgress): void;
  progress(): AnswerProgress;
  /** Whether the body was closed from here. */
  hasHungUp(): boolean;
  /** Waits no longer. */
  dispose(): void;
}

/** Watches over one body; whoever reads it disposes of the watch. */
export function createHangUp(raw: Readable): HangUp {
  let latest: AnswerProgress = 'under_way';
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  const hangUp = () => {
    isClosed = true;
    raw.destroy();
  };
  return {
    heard(progress) {
      if (progress === latest || progress === 'under_way') return;
      latest = progress;
      clearTimeout(timer);
      timer = setTimeout(hangUp, patienceMs[progress]);
    },
    progress: () => latest,
    hasHungUp: () => isClosed,
    dispose: () => clearTimeout(timer),
  };
}
