import type { ErrorKind } from '@api-monitor/core';
import type { Translator } from '../../i18n/translate.ts';

/** The name of a kind of failure, with the HTTP status of the failure if it had one. */
export function kindText(kind: ErrorKind, status: number | null, { t }: Translator): string {
  const name = t(`kind.${kind}`);
  // Some relays report errors in a 200.
  const isFailure = status !== null && status >= 400;
  return isFailure ? t('kind.status', { kind: name, status }) : name;
}
