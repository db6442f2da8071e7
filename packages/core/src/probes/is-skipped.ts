import type { ErrorKind } from './error-kind.ts';

/** Whether a probe was skipped: its model can't be asked, so the probe says nothing about the channel. */
export function isSkipped({ error_kind }: { error_kind: ErrorKind | null }): boolean {
  return error_kind === 'skipped';
}
