import type { PublicState } from '@api-monitor/core';
import { formatSpan, formatUptime } from '../format/duration.ts';
import { formatExactTime } from '../format/time.ts';
import type { Translator } from '../i18n/translate.ts';
import { type DayPaths, dayPaths } from './day-strip.ts';
import type { PublicIncident, PublicItem, PublicStatus } from './public-status.ts';

const tones = { operational: 'ok', degraded: 'warn', outage: 'bad', unknown: 'idle' } as const;

interface ItemView {
  slug: string;
  name: string;
  tone: (typeof tones)[PublicState];
  stateText: string;
  uptimeText: string;
  strip: DayPaths;
  stripLabel: string;
  count: number;
}

interface IncidentView {
  key: string;
  name: string;
  tone: 'warn' | 'bad';
  stateText: string;
  reasonText: string;
  startedAt: number;
  isOpen: boolean;
  spanText: string;
  exactText: string;
}

/** The public page, ready to print. */
export interface StatusView {
  title: string;
  description: string;
  tone: ItemView['tone'];
  headline: string;
  updatedAt: number;
  items: ItemView[];
  incidents: IncidentView[];
}

export function statusView(status: PublicStatus, translator: Translator, nowS: number): StatusView {
  const { title, description, state, updated_at } = status;
  return {
    title,
    description,
    tone: tones[state],
    headline: translator.t(`public.all.${state}`),
    updatedAt: updated_at,
    items: status.items.map((it) => itemView(it, translator)),
    incidents: status.incidents.map((it) => incidentView(it, translator, nowS)),
  };
}

function itemView({ slug, name, state, uptime, days }: PublicItem, { t }: Translator): ItemView {
  const uptimeText = uptime === null ? '—' : formatUptime(uptime);
  return {
    slug,
    name,
    tone: tones[state],
    stateText: t(`public.state.${state}`),
    uptimeText,
    strip: dayPaths(days),
    stripLabel: t('public.strip', { name, uptime: uptimeText }),
    count: days.length,
  };
}

function incidentView(
  { slug, name, state, started_at, ended_at, reasons }: PublicIncident,
  translator: Translator,
  nowS: number,
): IncidentView {
  const { t } = translator;
  const start = formatExactTime(started_at, translator);
  const end = ended_at === null ? t('public.ongoing') : formatExactTime(ended_at, translator);
  return {
    key: `${slug} ${started_at}`,
    name,
    tone: state === 'outage' ? 'bad' : 'warn',
    stateText: t(`public.state.${state}`),
    reasonText: reasons.map((kind) => t(`kind.${kind}`)).join(t('public.and')),
    startedAt: started_at,
    isOpen: ended_at === null,
    spanText: formatSpan((ended_at ?? nowS) - started_at, translator),
    exactText: `${start} – ${end}`,
  };
}
