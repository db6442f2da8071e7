import { html, render, svg } from 'lit-html';
import type { DrawLoop } from '../draw/draw-loop.ts';
import { createRows } from '../draw/rows.ts';
import { pagePath } from '../shell/base-path.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { AnalysisPanel } from './analysis-panel.ts';
import { figureLine, type NamedFigures } from './figures.ts';
import { heatLevels, heatRow } from './heat-map.ts';

interface ModelListsOptions {
  heatElement: HTMLElement;
  tableElement: HTMLElement;
  analysis: AnalysisPanel;
  language: LanguageStore;
  loop: DrawLoop;
}

const perFrame = 16;

/** Returns functions that draw the heat map and the table of a channel's models with lit-html. */
export function createModelLists(options: ModelListsOptions) {
  const { heatElement, tableElement, analysis, language, loop } = options;
  const keyOf = ({ model }: NamedFigures) => model;

  const heatTemplate = (item: NamedFigures) => {
    const { model, paths, label, rate } = heatRow(item, language.translator);
    return html`
      <li class="heat-row">
        <button type="button" class="heat-model is-mono" aria-pressed=${analysis.isCompared(model)} title=${model}
          @click=${() => analysis.compare(model)}>${model}</button>
        <svg class="heat-cells" data-heat=${model} role="img" preserveAspectRatio="none" aria-label=${label}
          viewBox="0 0 ${Math.max(1, item.series.probes.length)} 1">
          ${heatLevels.map((level) => svg`<path data-level=${level} d=${paths[level]}></path>`)}
        </svg>
        <span class="text-muted text-xs text-right number" aria-hidden="true">${rate}</span>
      </li>`;
  };

  const lineTemplate = (item: NamedFigures) => {
    const { model, target_id } = item;
    const search = new URLSearchParams({ target_id: String(target_id), run_id: 'all', model });
    const named = { key: model, name: model, href: pagePath(`/viewer.html?${search}`) };
    const line = figureLine(named, item, language.translator);
    const isCompared = analysis.isCompared(model);
    return html`
      <tr data-tone=${line.tone}>
        <td><input type="checkbox" class="check" .checked=${isCompared} ?disabled=${analysis.isFull && !isCompared}
          aria-label=${language.t('analysis.compare.model', { model })} @change=${() => analysis.compare(model)}></td>
        <th scope="row" class="is-mono"><a class="table-link" href=${line.href}>${model}</a></th>
        <td class="is-number text-tone-ink font-label">${line.availability}</td>
        <td class="is-number">${line.probes}</td>
        <td class="is-number">${line.latencyP50}</td>
        <td class="is-number">${line.latencyP95}</td>
        <td class="is-number">${line.firstTokenP50}</td>
        <td class="is-number">${line.firstTokenP95}</td>
        <td class="text-muted">${line.errors}</td>
      </tr>`;
  };

  const heat = createRows<NamedFigures>({
    keyOf,
    versionOf: (item) => [item, language.translator, analysis.isCompared(item.model)],
    template: heatTemplate,
    perFrame,
  });
  const table = createRows<NamedFigures>({
    keyOf,
    versionOf: (item) => [
      item,
      language.translator,
      analysis.isCompared(item.model),
      analysis.isFull,
    ],
    template: lineTemplate,
    perFrame,
  });

  const draw = () => {
    const items = analysis.analysis()?.items ?? [];
    const again = () => loop.request(draw);
    render(heat(items, again), heatElement);
    render(table(items, again), tableElement);
  };
  return draw;
}
