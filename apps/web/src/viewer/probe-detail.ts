import { ownPromptOf, type ProbeRow } from '@api-monitor/core';
import type { Channel } from '../channels/channel.ts';
import { historyPaths } from '../channels/tick-paths.ts';
import { formatLatency, formatRate } from '../format/duration.ts';
import { formatExactTime } from '../format/time.ts';
import type { Translator } from '../i18n/translate.ts';
import { curlOfProbe } from '../probes/curl-of-probe.ts';
import { probeMarkOf, probeStatusOf, toneOfProbe } from '../probes/filter-probes.ts';
import { pagePath } from '../shell/base-path.ts';

interface Fact {
  label: string;
  value: string;
}

export type ProbeDetail = ReturnType<typeof probeDetail>;

/** Everything that is known about a probe, ready to print. A channel's answer is only ever text. */
export function probeDetail(probe: ProbeRow, target: Channel, translator: Translator) {
  const { t } = translator;
  const status = probeStatusOf(probe);
  const mark = probeMarkOf(probe);
  const history = target.latest_models.find((it) => it.model === probe.model)?.history ?? [];
  const model = encodeURIComponent(probe.model);
  return {
    id: probe.id,
    model: probe.model,
    tone: toneOfProbe(probe),
    verdict: probe.error_kind ? t(`kind.${probe.error_kind}`) : t(`viewer.status.${status}`),
    /** What sets it apart from the usual check, in a sentence; empty if nothing does. */
    markText: mark ? t(`viewer.mark.${mark}.text`) : '',
    time: formatExactTime(probe.timestamp, translator),
    overview: overviewOf(probe, translator),
    error: probe.success ? '' : (probe.error ?? ''),
    content: probe.content,
    toolCalls: probe.tool_calls,
    request: requestOf(probe, target, translator),
    curl: probe.endpoint === '' ? '' : curlOfProbe(probe, target),
    strip: historyPaths(history),
    stripLabel: t('strip.label', {
      model: probe.model,
      success: history.filter((it) => it.success).length,
      count: history.length,
    }),
    /** At least 1, because a slider's range can't be empty. */
    count: Math.max(1, history.length),
    links: {
      analysis: pagePath(`/analysis.html?target_id=${target.id}&model=${model}`),
      models: pagePath(`/models.html?q=${model}`),
    },
  };
}

function overviewOf(probe: ProbeRow, { t, formats }: Translator): Fact[] {
  const isCounted = probe.input_tokens !== null || probe.output_tokens !== null;
  const figure = (value: number | null) => (value === null ? '—' : formats.number.format(value));
  return [
    { label: t('strip.status'), value: probe.status_code === null ? '—' : `${probe.status_code}` },
    { label: t('models.latency'), value: formatLatency(probe.duration) },
    { label: t('models.first_token'), value: formatLatency(probe.first_token_s) },
    { label: t('models.rate'), value: formatRate(probe.output_tokens_per_s) },
    {
      label: t('viewer.tokens'),
      value: isCounted ? `${figure(probe.input_tokens)} → ${figure(probe.output_tokens)}` : '—',
    },
    { label: t('viewer.requests'), value: figure(probe.requests) },
    { label: t('viewer.protocol'), value: t(`protocol.${probe.protocol}`) },
  ];
}

function requestOf(probe: ProbeRow, target: Channel, { t }: Translator): Fact[] {
  const address = probe.endpoint === '' ? '—' : `POST ${target.base_url}${probe.endpoint}`;
  return [
    { label: t('viewer.request.address'), value: address },
    { label: t('viewer.request.route'), value: t(`route.${probe.route}`) },
    {
      label: t('viewer.request.stream'),
      value: t(probe.stream ? 'viewer.request.streamed' : 'viewer.request.whole'),
    },
    {
      label: t('viewer.request.prompt'),
      value: probe.question ?? ownPromptOf(target) ?? t('form.prompt.placeholder'),
    },
  ];
}
