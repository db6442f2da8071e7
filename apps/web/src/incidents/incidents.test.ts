import type { Incident, Member } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { incidentTexts } from '../i18n/incident-texts.ts';
import { type PageTexts, translatorFor } from '../i18n/translate.ts';
import { channelsOf, incidentCard, isShown } from './incident-card.ts';
import { memberRow, timelineRow } from './incident-detail.ts';
import { readIncidentsAddress, writeIncidentsAddress } from './incidents-address.ts';

const texts: PageTexts = incidentTexts;
const en = translatorFor('en', texts);
const zh = translatorFor('zh', texts);

const member = (model: string | null, left_at: number | null = null): Member => ({
  subject: {
    ...{ kind: model === null ? 'channel_down' : 'model_down', target_id: 1 },
    ...{ model, name: null },
  },
  ...{ channel: 'Relay', since: 100, left_at, left_by: left_at === null ? null : 'up' },
  ...{ is_flapping: false, why: { kind: 'quota', message: 'no money' }, figures: {} },
});

const incident = (fields: Partial<Incident> = {}): Incident => ({
  ...{ id: 7, scope: 'channel', cause: '', kind: 'model_down', severity: 'critical' },
  ...{ started_at: 100, ended_at: null, merged_into: null, last_join_at: 100, lacking: [] },
  ...{ announced: null, told: [], escalated_min: 0, acknowledged_at: null, muted_until: null },
  ...{ acknowledged_by: null, events: 1, members: [member('gpt-5'), member('o3', 160)], ...fields },
});

test('an address keeps the filter and the open incident, and ignores what isn’t one', () => {
  const search = '?id=7&state=open&severity=critical&channel=Relay';
  expect(writeIncidentsAddress(readIncidentsAddress(search))).toBe(search);
  const bad = readIncidentsAddress('?id=x&state=gone&severity=bad');
  expect(writeIncidentsAddress(bad)).toBe('');
});

test('a card says what fails, since when, and who knows', () => {
  expect(incidentCard(incident(), en, 3700)).toMatchObject({
    ...{ tone: 'bad', title: 'gpt-5 is down on Relay', spanText: 'for 1 h' },
    ...{ membersText: '1 of 2 still fail', mutedText: '', acknowledgedText: '' },
  });
  const over = incident({ ended_at: 400, acknowledged_at: 200, acknowledged_by: 'admin' });
  expect(incidentCard(over, en, 9000)).toMatchObject({
    ...{ tone: 'idle', spanText: 'lasted 5 min', acknowledgedText: '', mergedInto: null },
  });
  const known = incident({ acknowledged_at: 200, acknowledged_by: 'admin', muted_until: 9000 });
  const card = incidentCard(known, zh, 3700);
  expect(card.acknowledgedText).toBe('admin 已确认');
  expect(card.mutedText).toContain('静音至');
  expect(incidentCard(known, en, 9000).mutedText).toBe('');
});

test('filters choose by state, severity and channel', () => {
  const all = { state: 'all', severity: '', channel: '' } as const;
  expect(isShown(incident(), all)).toBe(true);
  expect(isShown(incident(), { ...all, state: 'past' })).toBe(false);
  expect(isShown(incident(), { ...all, severity: 'warning' })).toBe(false);
  expect(isShown(incident(), { ...all, channel: 'Other' })).toBe(false);
  expect(channelsOf([incident(), incident()])).toEqual(['Relay']);
});

test('a member says what still serves it, other than its own channel', () => {
  const row = (serving: string[] | undefined) => memberRow(member('gpt-5'), serving, en, 400);
  expect(row(['Relay', 'Harbour']).servingText).toBe('still served by Harbour');
  expect(row(['Relay'])).toMatchObject({ servingText: 'no channel left', isUnserved: true });
  expect(row(undefined).servingText).toBe('');
  expect(row(['A', 'B', 'C', 'D', 'E']).servingText).toBe('still served by A, B, C +2');
  expect(memberRow(member(null), undefined, en, 400).name).toBe('The whole channel');
});

test('a timeline reads what it knows of an event, whatever is stored', () => {
  const event = (kind: 'joined' | 'severity' | 'acknowledged', detail: Record<string, unknown>) =>
    timelineRow({ incident_id: 7, seq: 1, at: 100, kind, detail }, en);
  const { subject } = member('gpt-5');
  expect(event('joined', { subject })).toMatchObject({ text: 'Joined:', note: 'gpt-5' });
  const whole = event('joined', { subject: member(null).subject });
  expect(whole.note).toBe('The whole channel');
  expect(event('severity', { to: 'critical' })).toMatchObject({ note: 'Critical', tone: 'bad' });
  expect(event('severity', { to: '<b>' }).note).toBe('');
  expect(event('acknowledged', { by: 'admin' })).toMatchObject({ by: 'admin', note: '' });
});
