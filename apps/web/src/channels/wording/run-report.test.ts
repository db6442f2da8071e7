import { type RunNote, runNoteShape } from '@api-monitor/core';
import { expect, it } from 'vitest';
import { translatorFor } from '../../i18n/translate.ts';
import { runReport } from './run-report.ts';

const [en, zh] = [translatorFor('en'), translatorFor('zh')];
const refused = {
  code: 'list_failed',
  kind: 'auth',
  status: 401,
  message: 'HTTP 401: bad key',
} as const;
const notes: [RunNote, string, string][] = [
  [{ code: 'list_empty' }, 'The list has no models.', '列表中没有模型。'],
  [
    { code: 'none_selected', models: 1 },
    'The model that you selected is no longer in the list.',
    '所选的 1 个模型都已不在列表中。',
  ],
  [{ code: 'none_typed' }, 'No models have been typed in.', '尚未填写任何模型。'],
  [
    { code: 'over_budget', models: 3 },
    '3 models weren’t checked: today’s limit for checks is used up.',
    '3 个模型未检测：今日的检测额度已用完。',
  ],
  [
    { code: 'channel_full', models: 2 },
    '2 models weren’t checked: clients had all the requests that the channel may have at a time.',
    '2 个模型未检测：渠道的并发名额都被客户端占用。',
  ],
  [
    { code: 'not_run' },
    'Nothing was checked: today’s limit for checks is used up.',
    '未进行检测：今日的检测额度已用完。',
  ],
  [{ code: 'cut', cut: 'interrupted' }, 'The check was interrupted.', '检测被中断。'],
  [
    { code: 'unexpected' },
    'An internal error stopped the check. The monitor’s log has the details.',
    '检测因内部错误中止，详情见监控程序的日志。',
  ],
];

it.each(notes)('says %o in the reader’s language', (note, english, chinese) => {
  const run = { error: 'as text', error_kind: null, notes: [note] };
  expect(runReport(run, true, en)).toEqual({
    ...{ title: 'About the last check', text: english, words: '' },
  });
  expect(runReport(run, true, zh)?.text).toBe(chinese);
});

it('knows every code', () => {
  const codes = runNoteShape.options.map(({ shape }) => shape.code.value);
  const ofLists = ['list_failed', 'list_emptied'];
  expect(new Set([...notes.map(([{ code }]) => code), ...ofLists])).toEqual(new Set(codes));
});

it('names the status with which a list failed, and quotes the channel', () => {
  const over = { code: 'over_budget', models: 1 } as const;
  const run = { error: 'as text', error_kind: 'auth', notes: [refused, over] } as const;
  expect(runReport(run, true, en)).toEqual({
    title: 'List of models failed: Key refused (401)',
    text: 'The known models were checked all the same. 1 model wasn’t checked: today’s limit for checks is used up.',
    words: 'HTTP 401: bad key',
  });
  expect(runReport({ ...run, notes: [refused] }, false, en)).toMatchObject({
    title: 'Key refused (401)',
  });
});

it('tells a list that became empty from one that can’t be read', () => {
  const note = { code: 'list_emptied', models: 4 } as const;
  const run = { error: 'as text', error_kind: 'bad_body', notes: [note] } as const;
  expect(runReport(run, true, en)).toEqual({
    title: 'The list of models is empty',
    text: 'It had 4 models before. The known models were checked all the same.',
    words: '',
  });
});

it('quotes the text of a run of an earlier version', () => {
  const run = { error: '3 models not asked', error_kind: null, notes: null };
  expect(runReport(run, true, en)).toMatchObject({ text: '', words: '3 models not asked' });
  expect(runReport({ ...run, error_kind: 'upstream' }, true, en)).toMatchObject({
    title: 'List of models failed: Provider error',
    words: '3 models not asked',
  });
  expect(runReport({ ...run, error: null }, true, en)).toBeNull();
});
