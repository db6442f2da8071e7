import { ApiFailure } from '../api/failure.ts';
import type { PublicItem, PublicStatus } from '../api/wire-types.ts';
import { formatSpan, formatUptime } from '../format/duration.ts';
import { publicTones } from '../format/public-tone.ts';
import { formatExactTime } from '../format/time.ts';
import type { Translator } from '../i18n/translate.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import { dayPaths } from './day-strip.ts';

type PublicIncident = PublicStatus['incidents'][number];

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
    incidents: status.incidents.map((it) => incidentView(it, translator, nowS)),
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

function incidentView(
  { slug, name, state, started_at, ended_at, reasons }: PublicIncident,
  translator: Translator,
  nowS: number,
) {
  const { t } = translator;
  const start = formatExactTime(started_at, translator);
  const end = ended_at === null ? t('public.ongoing') : formatExactTime(ended_at, translator);
  return {
    key: `${slug} ${started_at}`,
    name,
    tone: publicTones[state],
    stateText: t(`public.state.${state}`),
    reasonText: reasons.map((kind) => t(`kind.${kind}`)).join(t('public.and')),
    startedAt: started_at,
    isOpen: ended_at === null,
    spanText: formatSpan((ended_at ?? nowS) - started_at, translator),
    exactText: `${start} – ${end}`,
  };
}
