import { expect, it } from 'vitest';
import { sampleChannel } from '../../test/sample-channel.ts';
import type { Channel } from '../channels/channel.ts';
import { translatorFor } from '../i18n/translate.ts';
import { createKeyEditor } from './key-editor.ts';

const en = translatorFor('en');
const editor = () => createKeyEditor(() => en);
const key = (name: string, api_key: string) => ({ name, api_key, enabled: true });
const unknown: Channel['key_states'][number] = {
  ...{ name: 'a', state: 'unproven', proved_at: null, error_kind: null, error: null },
  ...{ status: null, since: null, rest_until: null },
};

it('pasted lines become keys, each once, after the one that there was', () => {
  const keys = editor();
  keys.add('sk-b\n\nteam: sk-c\nsk-b\n# off: sk-d', 'sk-a');
  expect(keys.fields(null)).toEqual([
    ...[key('', 'sk-a'), key('', 'sk-b'), key('team', 'sk-c')],
    { ...key('off', 'sk-d'), enabled: false },
  ]);
  keys.add('sk-c\nsk-e', 'sk-x');
  expect(keys.rows.map(({ api_key }) => api_key)).toEqual([
    ...['sk-a', 'sk-b', 'sk-c', 'sk-d', 'sk-e'],
  ]);
  expect(keys.tested()).toBe('sk-a');
});

it('stored keys are sent as their masked forms, and shown with what is known of them', () => {
  const stored = sampleChannel({
    keys: [key('a', 'sk-aa…1111'), key('b', 'sk-bb…2222')],
    key_states: [unknown, { ...unknown, state: 'failed', error_kind: 'auth', status: 401 }],
  });
  const keys = editor();
  keys.open(stored);
  expect(keys.rows.map(({ stateText }) => stateText)).toEqual([
    ...['Not asked yet', 'Key refused (401)'],
  ]);
  keys.remove(keys.rows[0]?.id ?? 0);
  expect(keys.fields(stored)).toEqual([key('b', 'sk-bb…2222')]);
  expect(keys.tested()).toBe('');
  keys.clear();
  expect(keys.fields(stored)).toEqual([]);
});

it('a channel with one key sends no list', () => {
  expect(editor().fields(sampleChannel())).toBeUndefined();
});
