import type { ProbeRow } from '@api-monitor/core';
import { html, render } from 'lit-html';
import { guard } from 'lit-html/directives/guard.js';
import { when } from 'lit-html/directives/when.js';
import { cssVars } from '../draw/css-vars.ts';
import { maxRowsOf, rowWindow } from '../draw/row-window.ts';
import { createRows } from '../draw/rows.ts';
import { formatLatency } from '../format/duration.ts';
import { formatExactTime, formatMoment } from '../format/time.ts';
import type { Translator } from '../i18n/translate.ts';
import { probeMarkOf, probeStatusOf, toneOfProbe } from '../probes/filter-probes.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { ListedRun, ViewerPanel } from './viewer-panel.ts';

interface ViewerListsOptions {
  runsElement: HTMLElement;
  /** The names that the filter of models offers. */
  modelsElement: HTMLElement;
  rowsElement: HTMLElement;
  viewer: ViewerPanel;
  language: LanguageStore;
}

/** The runs and the probes of the viewer, drawn by lit-html. Only visible probes are drawn. */
export function createViewerLists({
  runsElement,
  modelsElement,
  rowsElement,
  viewer,
  language,
}: ViewerListsOptions) {
  const runTemplate = (run: ListedRun) => {
    const { translator } = language;
    const tone = toneOfRun(run);
    return html`
      <button type="button" class="run" data-tone=${tone} aria-pressed=${viewer.run === run.id}
        title=${run.error ?? formatExactTime(run.started_at, translator)} @click=${() => viewer.choose(run.id)}>
        <span class="run-time">
          <span class="dot ${tone === 'run' ? 'is-running' : ''}"></span>
          <span>${formatMoment(run.started_at, translator)}</span>
        </span>
        <span class="run-text">
          <span>${textOfRun(run, translator)}</span>
          ${when(run.trigger !== 'schedule' && run.trigger, (trigger) => html`<span>${translator.t(`viewer.trigger.${trigger}`)}</span>`)}
        </span>
      </button>`;
  };

  const probeTemplate = (probe: ProbeRow, index: number) => {
    const { translator } = language;
    const { t } = translator;
    const status = probeStatusOf(probe);
    const isChosen = viewer.detail?.id === probe.id;
    const note = probe.success ? probe.content : (probe.error ?? '');
    return html`
      <div class="probe" role="row" ${cssVars({ '--row': index })} aria-rowindex=${index + 2} data-index=${index}
        data-id=${probe.id} data-tone=${toneOfProbe(probe)} ?data-chosen=${isChosen} @click=${() => viewer.open(probe.id)}>
        <span role="cell" class="probe-dot"><span class="dot"></span><span class="sr-only">${t(`viewer.status.${status}`)}</span></span>
        <span role="cell" class="probe-model">
          <button type="button" class="probe-open truncate font-mono" aria-controls="probe-detail" aria-expanded=${isChosen} title=${probe.model}>${probe.model}</button>
          <span class="model-protocol">${t(`protocol.${probe.protocol}`)}</span>
        </span>
        <span role="cell" class="probe-status">
          <span class="number">${probe.status_code ?? '—'}</span>
          ${when(probe.error_kind, (kind) => html`<span class="badge">${t(`kind.${kind}`)}</span>`)}
          ${when(probeMarkOf(probe), (mark) => html`<span class="badge">${t(`viewer.mark.${mark}`)}</span>`)}
        </span>
        <span role="cell" class="probe-figure">${status === 'skipped' ? '—' : formatLatency(probe.duration)}</span>
        <span role="cell" class="probe-figure is-minor">${formatLatency(probe.first_token_s)}</span>
        <span role="cell" class="probe-endpoint" title=${probe.endpoint}><span class="mr-2 text-ink">${t(`route.${probe.route}`)}</span><span>${probe.endpoint}</span></span>
        <span role="cell" class="probe-note" title=${note}>${note}</span>
        <span role="cell" class="probe-time" title=${formatExactTime(probe.timestamp, translator)}>${formatMoment(probe.timestamp, translator)}</span>
      </div>`;
  };

  const modelOptions = () => viewer.models.map((model) => html`<option value=${model}></option>`);

  const runs = createRows<ListedRun>({
    keyOf: ({ id }) => id,
    versionOf: (run) => [run, language.translator, viewer.run === run.id],
    template: runTemplate,
    perFrame: 60,
  });

  /** A row that scrolls into view reuses the element of one that scrolled out. */
  const probes = createRows<{ probe: ProbeRow; index: number; slots: number }>({
    keyOf: ({ index, slots }) => index % slots,
    versionOf: ({ probe, index }) => [
      probe,
      index,
      language.translator,
      viewer.detail?.id === probe.id,
    ],
    template: ({ probe, index }) => probeTemplate(probe, index),
    perFrame: Number.POSITIVE_INFINITY,
  });

  const drawProbes = () => {
    const shown = viewer.shownRows();
    const viewport = viewportOf(rowsElement);
    const slots = maxRowsOf(viewport);
    const { from, to } = rowWindow({ ...viewport, count: shown.length });
    const items = shown
      .slice(from, to)
      .map((probe, offset) => ({ probe, index: from + offset, slots }));
    rowsElement.style.setProperty('--rows', String(shown.length));
    render(
      probes(items, () => {}),
      rowsElement,
    );
  };

  return {
    drawProbes,
    /** Draws all lists; calls `again` if something is left for the next frame. */
    draw(again: () => void): void {
      render(runs(viewer.runs(), again), runsElement);
      render(guard([viewer.models], modelOptions), modelsElement);
      drawProbes();
    },
  };
}

function toneOfRun({
  status,
  total,
  fail,
  error_kind,
}: ListedRun): 'ok' | 'warn' | 'bad' | 'run' | 'idle' {
  if (status === 'running') return 'run';
  if (status === 'error') return 'bad';
  if (total === 0) return 'idle';
  if (fail === 0) return error_kind === null ? 'ok' : 'warn';
  return fail === total ? 'bad' : 'warn';
}

/** `8 of 10`, or how the run ended. */
function textOfRun({ status, success, total }: ListedRun, { t }: Translator): string {
  if (status === 'running') return t('status.running');
  if (status === 'error') return t('status.error');
  return total === 0 ? t('status.no_models') : t('card.passed', { success, total });
}

function viewportOf(rows: HTMLElement) {
  const rowPx = Number.parseFloat(getComputedStyle(rows).getPropertyValue('--row-px'));
  return {
    scrolledPx: -rows.getBoundingClientRect().top,
    viewportPx: innerHeight,
    rowPx: rowPx || 44,
  };
}
