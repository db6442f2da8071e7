import type { InferResponseType } from 'hono/client';
import type { ApiClient } from '../api/client.ts';
import { kindText } from '../channels/wording/kind-text.ts';
import { formatLatency } from '../format/duration.ts';
import type { Translator } from '../i18n/translate.ts';

export type ChannelTestResult = InferResponseType<
  ApiClient['api']['targets']['test']['$post'],
  200
>['item'];

export interface TestLine {
  key: 'list' | 'answer';
  tone: 'ok' | 'warn' | 'bad' | 'idle';
  text: string;
  /** What the channel itself said; may be empty. */
  words: string;
}

/** What a test found, in a line about the list and one about the answer. */
export function testLines(
  { list, probe }: Pick<ChannelTestResult, 'list' | 'probe'>,
  translator: Translator,
): TestLine[] {
  return [listLine(list, translator), answerLine(probe, translator)];
}

function listLine(list: ChannelTestResult['list'], translator: Translator): TestLine {
  const { t, count, formats } = translator;
  if (!list) return { key: 'list', tone: 'idle', text: t('test.list.typed'), words: '' };
  const time = formatLatency(list.duration);
  if (list.models && list.way) {
    const models = list.models.length;
    const values = { count: formats.number.format(models), time, way: t(`test.way.${list.way}`) };
    const tone = models === 0 ? 'warn' : 'ok';
    return { key: 'list', tone, text: count('test.list', models, values), words: '' };
  }
  const note = list.notes.find(({ code }) => code === 'list_failed');
  if (note?.code !== 'list_failed') {
    return { key: 'list', tone: 'bad', text: t('test.list.none'), words: '' };
  }
  const reason = kindText(note.kind, note.status, translator);
  // Some relays have no list, and their models can be typed.
  const tone = note.kind === 'not_found' ? 'warn' : 'bad';
  return { key: 'list', tone, text: t('test.list.failed', { reason, time }), words: note.message };
}

function answerLine(probe: ChannelTestResult['probe'], translator: Translator): TestLine {
  const { t } = translator;
  if (!probe) return { key: 'answer', tone: 'idle', text: t('test.answer.none'), words: '' };
  const { model, error, error_kind, status_code } = probe;
  const time = formatLatency(probe.duration);
  if (probe.success) {
    const wrong = { key: 'answer', tone: 'warn', words: probe.content } as const;
    if (probe.is_wrong_answer) return { ...wrong, text: t('test.answer.wrong', { model, time }) };
    return { key: 'answer', tone: 'ok', text: t('test.answer.ok', { model, time }), words: '' };
  }
  if (error_kind === 'skipped') {
    return { key: 'answer', tone: 'idle', text: t('test.answer.skipped', { model }), words: '' };
  }
  const reason = error_kind ? kindText(error_kind, status_code, translator) : t('kind.upstream');
  const text = t('test.answer.failed', { model, reason, time });
  return { key: 'answer', tone: 'bad', text, words: error ?? '' };
}
