import { type Incident, incidentTitle, type Severity } from '@api-monitor/core';
import { formatSpan } from '../format/duration.ts';
import { formatExactTime, readerZone } from '../format/time.ts';
import type { Translator } from '../i18n/translate.ts';
import type { IncidentFilter } from './incidents-address.ts';

const severityTones = {
  critical: 'bad',
  warning: 'warn',
  info: 'idle',
} as const satisfies Record<Severity, string>;

export type IncidentCard = ReturnType<typeof incidentCard>;

/** What the list shows of an incident, ready to print. */
export function incidentCard(incident: Incident, translator: Translator, nowS: number) {
  const { t, language } = translator;
  const { id, severity, started_at, ended_at, members, muted_until } = incident;
  const failing = members.filter(({ left_at }) => left_at === null);
  const isOpen = ended_at === null;
  const isMuted = isOpen && muted_until !== null && muted_until > nowS;
  return {
    id,
    isOpen,
    tone: isOpen ? severityTones[severity] : 'idle',
    title: incidentTitle(incident, { language, timeZone: readerZone() }),
    severityText: t(`incidents.severity.${severity}`),
    scopeText: t(`incidents.scope.${incident.scope}`),
    mergedInto: incident.merged_into,
    startedAt: started_at,
    spanText: t(isOpen ? 'incidents.for' : 'incidents.lasted', {
      duration: formatSpan((ended_at ?? nowS) - started_at, translator),
    }),
    exactText: `${formatExactTime(started_at, translator)} – ${ended_at === null ? t('incidents.now') : formatExactTime(ended_at, translator)}`,
    membersText: memberCount(failing.length, members.length, isOpen, translator),
    isFlapping: failing.length > 0 && failing.every(({ is_flapping }) => is_flapping),
    acknowledgedText:
      isOpen && incident.acknowledged_at !== null
        ? t('incidents.acknowledged_by', { name: incident.acknowledged_by ?? '' })
        : '',
    mutedText: isMuted
      ? t('incidents.muted_until', { time: formatExactTime(muted_until, translator) })
      : '',
    whyText: members.find(({ why }) => why !== null)?.why?.message ?? '',
  };
}

function memberCount(
  failing: number,
  all: number,
  isOpen: boolean,
  { t, count }: Translator,
): string {
  if (all < 2) return '';
  if (!isOpen || failing === all) return count('incidents.members', all);
  return t('incidents.members_of', { failing, all });
}

/** Whether an incident is one of those to show. */
export function isShown(incident: Incident, { state, severity, channel }: IncidentFilter): boolean {
  if (state !== 'all' && (state === 'open') !== (incident.ended_at === null)) return false;
  if (severity !== '' && incident.severity !== severity) return false;
  return channel === '' || incident.members.some((member) => member.channel === channel);
}

/** The channels that these incidents are about, to choose one. */
export function channelsOf(incidents: readonly Incident[]): string[] {
  const names = incidents.flatMap(({ members }) => members.flatMap(({ channel }) => channel ?? []));
  return [...new Set(names)].sort((a, b) => a.localeCompare(b));
}
