import { ApiFailure } from '../api/failure.ts';
import type { PublicItem, PublicStatus } from '../api/wire-types.ts';
import { formatSpan, formatUptime } from '../format/duration.ts';
import { publicTones } from '../format/public-tone.ts';
import { formatExactTime } from '../format/time.ts';
import type { Translator } from '../i18n/translate.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import { dayPaths } from './day-strip.ts';

type PublicIncident = PublicStatus['incidents'][number];
type PublicNote = PublicStatus['notes'][number];
type PublicMaintenance = PublicStatus['maintenance'][number];

interface StatusOptions {
  language: LanguageStore;
  nowS(): number;
  fetchStatus(): Promise<PublicStatus>;
}

/** The public status page. */
export function createStatusPanel({ language, nowS, fetchStatus }: StatusOptions) {
  return {
    /** `off`: the server publishes nothing. */
    phase: 'loading' as 'loading' | 'ready' | 'off' | 'failed',
    /** What is shown was loaded earlier, because the server can't be reached now. */
    isStale: false,
    status: null as PublicStatus | null,
    get view(): StatusView | null {
      return this.status && statusView(this.status, language.translator, nowS());
    },
    async load(): Promise<void> {
      try {
        this.status = await fetchStatus();
        this.isStale = false;
        this.phase = 'ready';
      } catch (error) {
        if (!(error instanceof ApiFailure)) throw error;
        const isOff = error.status === 404;
        if (isOff) this.status = null;
        this.isStale = this.status !== null;
        if (!this.isStale) this.phase = isOff ? 'off' : 'failed';
      }
    },
  };
}

type StatusView = ReturnType<typeof statusView>;

/** The public page, ready to print. */
function statusView(status: PublicStatus, translator: Translator, nowS: number) {
  const { title, description, state, updated_at } = status;
  return {
    title,
    description,
    tone: publicTones[state],
    headline: translator.t(`public.all.${state}`),
    updatedAt: updated_at,
    items: status.items.map((it) => itemView(it, translator)),
    maintenance: status.maintenance.map((it) => maintenanceView(it, status.items, translator)),
    threads: threadsOf(status.notes.filter(({ incident }) => incident === null)).map((notes) => {
      return {
        key: notes[0]?.thread ?? 0,
        notes: notes.map((it) => noteView(it, status.items, translator)),
      };
    }),
    incidents: incidentsOf(status.incidents).map((lines) => {
      const about = status.notes.filter(({ incident }) => isAbout(incident, lines));
      const notes = about.map((it) => noteView(it, status.items, translator));
      return { ...incidentView(lines, translator, nowS), notes };
    }),
  };
}

function itemView({ slug, name, state, uptime, days }: PublicItem, { t }: Translator) {
  const uptimeText = uptime === null ? '—' : formatUptime(uptime);
  return {
    slug,
    name,
    tone: publicTones[state],
    stateText: t(`public.state.${state}`),
    uptimeText,
    strip: dayPaths(days),
    stripLabel: t('public.strip', { name, uptime: uptimeText }),
    count: days.length,
  };
}

/** What failed together is one incident, on all of its lines; the first line is what it began with. */
function incidentsOf(incidents: readonly PublicIncident[]): PublicIncident[][] {
  const keyOf = ({ incident, slug, started_at }: PublicIncident) =>
    incident === null ? `${slug} ${started_at}` : String(incident);
  return [...Map.groupBy(incidents, keyOf).values()];
}

function isAbout(incident: number | null, [first]: readonly PublicIncident[]): boolean {
  return incident !== null && first?.incident === incident;
}

/** Notes that answer each other, the newest first. */
function threadsOf(notes: readonly PublicNote[]): PublicNote[][] {
  return [...Map.groupBy(notes, ({ thread }) => thread).values()];
}

function incidentView(lines: readonly PublicIncident[], translator: Translator, nowS: number) {
  const { t } = translator;
  const started_at = Math.min(...lines.map((line) => line.started_at));
  const ends = lines.map(({ ended_at }) => ended_at ?? Number.POSITIVE_INFINITY);
  const isOpen = !Number.isFinite(Math.max(...ends));
  const ended_at = isOpen ? null : Math.max(...ends);
  const state = lines.some((line) => line.state === 'outage') ? 'outage' : 'degraded';
  const start = formatExactTime(started_at, translator);
  const end = ended_at === null ? t('public.ongoing') : formatExactTime(ended_at, translator);
  const [first] = lines;
  const reasons = [...new Set(lines.flatMap((line) => line.reasons))];
  return {
    key: first?.incident ? `incident-${first.incident}` : `${first?.slug}-${started_at}`,
    name: lines.map(({ name }) => name).join(t('public.and')),
    tone: publicTones[state],
    stateText: t(`public.state.${state}`),
    reasonText: reasons.map((kind) => t(`kind.${kind}`)).join(t('public.and')),
    startedAt: started_at,
    isOpen,
    spanText: formatSpan((ended_at ?? nowS) - started_at, translator),
    exactText: `${start} – ${end}`,
  };
}

const noteTones = {
  ...{ investigating: 'warn', identified: 'warn', monitoring: 'run', resolved: 'ok' },
} as const;

function noteView(
  { id, state, title, text, at, slugs }: PublicNote,
  items: readonly PublicItem[],
  { t }: Translator,
) {
  const shown = { id, title, text, at, tone: noteTones[state] };
  const linesText = namesOf(slugs, items).join(', ');
  return { ...shown, linesText, stateText: t(`public.note.${state}`) };
}

/** The names of lines, by their slugs. */
function namesOf(slugs: readonly string[], items: readonly PublicItem[]): string[] {
  return items.filter(({ slug }) => slugs.includes(slug)).map(({ name }) => name);
}

function maintenanceView(
  { id, name, from, until, is_going_on, slugs }: PublicMaintenance,
  items: readonly PublicItem[],
  translator: Translator,
) {
  const { t } = translator;
  const names = namesOf(slugs, items);
  return {
    key: `${id}-${from}`,
    name,
    isGoingOn: is_going_on,
    spanText: `${formatExactTime(from, translator)} – ${formatExactTime(until, translator)}`,
    linesText: names.length === items.length ? t('public.maintenance.all') : names.join(', '),
  };
}
