import type { ErrorKind, RunNote } from '@api-monitor/core';
import type { Translator } from '../../i18n/translate.ts';
import { kindText } from './kind-text.ts';

/** What is stored about how a run went. */
interface RunEnd {
  error: string | null;
  /** Why the list of models couldn't be read; null if it was, or wasn't asked for. */
  error_kind: ErrorKind | null;
  notes: readonly RunNote[] | null;
}

export interface RunReport {
  title: string;
  text: string;
  /** As the channel said it, or as an earlier version stored it; may be empty. */
  words: string;
}

/**
 * What a reader should know about a run, in the reader's language; null if nothing. `hasChecked` says
 * whether it checked models although it had no list.
 */
export function runReport(
  { error, error_kind, notes }: RunEnd,
  hasChecked: boolean,
  translator: Translator,
): RunReport | null {
  if (error === null) return null;
  const list = notes?.find((note) => note.code === 'list_failed' || note.code === 'list_emptied');
  const others = (notes ?? []).filter((note) => note !== list);
  const sentences = others.map((note) => noteText(note, translator));
  const words = notes ? '' : error;
  if (error_kind === null) {
    return { title: translator.t('problem.note'), text: sentences.join(' '), words };
  }
  const failure = list ?? ({ code: 'list_failed', kind: error_kind, status: null } as const);
  const { title, text } = listFailure(failure, hasChecked, translator);
  return {
    title,
    text: [text, ...sentences].join(' '),
    words: list?.code === 'list_failed' ? list.message : words,
  };
}

type ListNote =
  | Extract<RunNote, { code: 'list_emptied' }>
  | Omit<Extract<RunNote, { code: 'list_failed' }>, 'message'>;

/** Why a list of models couldn't be read, and what that means: some relays have none, which isn't a fault. */
function listFailure(note: ListNote, hasChecked: boolean, translator: Translator) {
  const { t, count } = translator;
  if (note.code === 'list_emptied') {
    const text = `${count('note.list_emptied', note.models)} ${t('problem.list.known')}`;
    return { title: t('problem.list.emptied'), text };
  }
  const reason = kindText(note.kind, note.status, translator);
  if (!hasChecked) return { title: reason, text: t('problem.list.none') };
  return note.kind === 'not_found'
    ? { title: t('problem.list.missing'), text: t('problem.list.typed') }
    : { title: t('problem.list', { reason }), text: t('problem.list.known') };
}

/** A note as a sentence. */
function noteText(note: RunNote, { t, count }: Translator): string {
  switch (note.code) {
    case 'list_emptied':
    case 'none_selected':
    case 'over_budget':
    case 'channel_full':
      return count(`note.${note.code}`, note.models);
    case 'list_empty':
    case 'none_typed':
    case 'not_run':
    case 'unexpected':
      return t(`note.${note.code}`);
    case 'cut':
      return t(`note.cut.${note.cut}`);
    case 'list_failed':
      return note.message;
  }
}
