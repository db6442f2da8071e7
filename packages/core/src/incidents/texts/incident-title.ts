import type { Incident, Member } from '../incident.ts';
import type { NoticeLanguage } from '../sending/destination.ts';
import type { IncidentBrief } from '../sending/news.ts';
import { en } from './en.ts';
import type { Phrases } from './phrases.ts';
import { titleOf } from './title-of.ts';
import { wordsIn } from './words.ts';
import { zh } from './zh.ts';

// Browsers import this file, so it must not import zod.

export const phrasesIn: Readonly<Record<NoticeLanguage, Phrases>> = { en, zh };

interface Reader {
  language: NoticeLanguage;
  timeZone: string;
}

/** What happened, in the words of the notices. Of one that is over, what it was. */
export function incidentTitle(
  incident: Pick<Incident, 'id' | 'scope' | 'kind' | 'severity' | 'started_at' | 'members'> &
    Pick<Incident, 'lacking' | 'ended_at'>,
  { language, timeZone }: Reader,
): string {
  const { severity, started_at: at } = incident;
  const news = { kind: 'opened', at, severity, incident: briefOf(incident) } as const;
  return titleOf(news, wordsIn(phrasesIn[language], timeZone));
}

/** What is the matter with one member that isn't an outage, such as its balance. */
export function memberTitle(member: Member, reader: Reader): string {
  const { kind } = member.subject;
  const rest = { id: 0, severity: 'info', started_at: 0, ended_at: null, lacking: [] } as const;
  return incidentTitle({ ...rest, scope: 'other', kind, lacking: [], members: [member] }, reader);
}

function briefOf(incident: Parameters<typeof incidentTitle>[0]): IncidentBrief {
  const { id, scope, kind, severity, started_at, ended_at, members, lacking } = incident;
  const failing = members.filter(({ left_at }) => left_at === null);
  const named = failing.length > 0 ? failing : members;
  const channels = [...new Set(named.flatMap(({ channel }) => channel ?? []))];
  return {
    ...{ id, scope, kind, severity, started_at, ended_at, merged_into: null },
    acknowledged_by: null,
    is_flapping: failing.length > 0 && failing.every((member) => member.is_flapping),
    is_removed: false,
    ...{ failing: named.length, members: members.length },
    subjects: named.map(({ subject: { kind, model, name }, ...member }) => {
      return { ...member, kind, model, name };
    }),
    ...{ channels, channel_count: channels.length },
    is_whole_channel: named.some(({ subject }) => subject.kind === 'channel_down'),
    models: lacking.map((model) => ({ model, channels: 0, is_wanted: true })),
    model_count: lacking.length,
  };
}
