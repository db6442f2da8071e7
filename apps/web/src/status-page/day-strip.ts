import type { PublicItem } from '../api/wire-types.ts';
import { formatUptime } from '../format/duration.ts';
import { toneOfUptime } from '../format/public-tone.ts';
import type { Translator } from '../i18n/translate.ts';
import type { StripTip } from '../ui/strip-tips.ts';

export const dayBars = 90;
const [top, bottom] = [3, 31];

type Tone = StripTip['tone'];

type Day = PublicItem['days'][number];

/** SVG path data by colour: one stroke of full height for each day, the newest at the right. */
export function dayPaths(days: readonly Day[]): Record<Tone, string> {
  const paths = { ok: '', warn: '', bad: '', idle: '' };
  days.forEach(({ uptime }, index) => {
    const slot = dayBars - days.length + index;
    paths[toneOfUptime(uptime)] += `M${slot * 8 + 4} ${bottom}V${top}`;
  });
  return paths;
}

export function dayTip({ day, uptime }: Day, translator: Translator): StripTip {
  const { t } = translator;
  const verdict =
    uptime === null ? t('public.no_data') : t('public.day', { uptime: formatUptime(uptime) });
  const time = new Intl.DateTimeFormat(translator.language, {
    dateStyle: 'medium',
    timeZone: 'UTC',
  }).format(new Date(`${day}T00:00:00Z`));
  const tone = toneOfUptime(uptime);
  return { tone, verdict, time, facts: [], error: '', spoken: `${time}, ${verdict}` };
}
