import { html, render } from 'lit-html';
import { when } from 'lit-html/directives/when.js';
import { clockText } from '../draw/clock-text.ts';
import type { DrawLoop } from '../draw/draw-loop.ts';
import { icon } from '../draw/icon.ts';
import { createRows } from '../draw/rows.ts';
import { formatAgo, formatExactTime } from '../format/time.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import { modelCard, type OfferLine, offerLine } from './model-card.ts';
import type { ModelsPanel } from './models-panel.ts';
import type { Offer, OfferedModel, OfferedModels } from './offered-model.ts';

interface ModelListOptions {
  element: HTMLElement;
  models: ModelsPanel;
  language: LanguageStore;
  clock: { nowS: number };
  loop: DrawLoop;
  openModels: readonly string[];
  onOpenChange(): void;
}

const cardsPerFrame = 16;
const offersPerFrame = 16;

/** The cards of the models, drawn by lit-html; the panel decides which are shown. */
export function createModelList(options: ModelListOptions) {
  const { element, models, language, clock, loop } = options;
  /** The open models; the number counts up while a model's offers are drawn over several frames. */
  const open = new Map(options.openModels.map((model) => [model, 0]));
  const offerRowsByModel = new Map<string, ReturnType<typeof createOfferRows>>();
  let routing: OfferedModels | null = null;

  const toggle = (model: string) => {
    if (!open.delete(model)) open.set(model, 0);
    offerRowsByModel.delete(model);
    options.onOpenChange();
    loop.request(draw);
  };

  const createOfferRows = () =>
    createRows<{ offer: Offer; one: OfferedModel }>({
      keyOf: ({ offer }) => offer.target_id,
      versionOf: ({ offer }) => [offer, language.translator],
      template: ({ offer, one }) =>
        offerTemplate(offerLine(offer, one, clock.nowS, language.translator)),
      perFrame: offersPerFrame,
    });

  const offersOf = (one: OfferedModel) => {
    const rows = offerRowsByModel.get(one.model) ?? createOfferRows();
    offerRowsByModel.set(one.model, rows);
    return rows(
      one.channels.map((offer) => ({ offer, one })),
      () => {
        open.set(one.model, (open.get(one.model) ?? 0) + 1);
        loop.request(draw);
      },
    );
  };

  const offerTemplate = (offer: OfferLine) => html`
    <tr data-tone=${offer.tone}>
      <td class="is-number">${offer.rankText || '—'}</td>
      <th scope="row">
        <a class="table-link" href=${offer.href}>${offer.name}</a>${when(
          offer.isChosen,
          () => html`<span class="badge ml-2" data-tone="ok">${language.t('offers.chosen')}</span>`,
        )}
      </th>
      <td><span class="table-state"><span class="dot"></span><span>${offer.stateText}</span><span class="channel-small">${offer.sinceText}</span></span></td>
      <td class="is-number">${offer.firstByte}</td>
      <td class="is-number">${offer.latency}</td>
      <td class="is-number">${offer.rate}</td>
      <td><span title=${formatExactTime(offer.provedAt, language.translator)}>${clockText(() => formatAgo(offer.provedAt, clock.nowS, language.translator))}</span></td>
      <td class="table-note">
        <span>${offer.reason}</span>
        ${when(offer.error, () => html`<span class="block text-tone-ink" title=${offer.error}>${offer.error}</span>`)}
      </td>
    </tr>`;

  const tableTemplate = (one: OfferedModel) => html`
    <div class="table-scroll border-t border-line pb-1.5" tabindex="0" role="group" aria-label=${one.model}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col" class="is-number">${language.t('offers.rank')}</th>
            <th scope="col">${language.t('offers.channel')}</th>
            <th scope="col">${language.t('offers.state')}</th>
            <th scope="col" class="is-number">${language.t('offers.first_byte')}</th>
            <th scope="col" class="is-number">${language.t('models.latency')}</th>
            <th scope="col" class="is-number">${language.t('models.rate')}</th>
            <th scope="col">${language.t('offers.proved')}</th>
            <th scope="col">${language.t('offers.reason')}</th>
          </tr>
        </thead>
        <tbody>${offersOf(one)}</tbody>
      </table>
    </div>`;

  const cardTemplate = (one: OfferedModel, told: OfferedModels) => {
    const card = modelCard(one, told, language.translator);
    const isOpen = open.has(one.model);
    return html`
      <li class="channel offered" data-tone=${card.tone} ?data-open=${isOpen}>
        <div class="offered-head">
          <span class="dot"></span>
          <h2 class="offered-name">
            <button type="button" class="channel-toggle" aria-expanded=${isOpen} title=${card.model}
              @click=${() => toggle(card.model)}>${card.model}</button>
            <span class="model-protocol">${card.protocolText}</span>
          </h2>
          <p class="offered-choice">
            ${when(
              card.chosenName,
              () => html`
                <span class="offered-channel">${icon('corner-down-right', 'icon icon-small text-muted')}<span>${card.chosenName}</span></span>`,
            )}
            <span class="channel-small">${card.why}</span>
          </p>
          <p class="offered-figure is-first"><b>${card.fastest}</b><span class="channel-small">${language.t('offers.fastest')}</span></p>
          <p class="offered-figure"><b>${card.aliveText}</b><span class="channel-small">${language.t('offers.alive.label')}</span></p>
          ${icon('chevron-down', 'icon icon-small chevron')}
        </div>
        ${when(isOpen, () => tableTemplate(one))}
      </li>`;
  };

  const cards = createRows<OfferedModel>({
    keyOf: ({ model }) => model,
    versionOf: (one) => [one, language.translator, open.get(one.model)],
    template: (one) => cardTemplate(one, routing ?? models.shown().routing),
    perFrame: cardsPerFrame,
  });

  const draw = () => {
    const next = models.shown();
    routing = next.routing;
    element.ariaLabel = language.t('shell.models');
    render(
      cards(next.shown, () => loop.request(draw)),
      element,
    );
  };

  return { draw, openModels: () => [...open.keys()] };
}
