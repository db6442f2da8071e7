import { html, render } from 'lit-html';
import { when } from 'lit-html/directives/when.js';
import type { ApiClient } from '../api/client.ts';
import { markOf, markTones } from '../channels/evidence-mark.ts';
import { clockText } from '../draw/clock-text.ts';
import type { DrawLoop } from '../draw/draw-loop.ts';
import { icon } from '../draw/icon.ts';
import { createRows } from '../draw/rows.ts';
import { formatAgo, formatExactTime } from '../format/time.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import { createExplanations, type Explained } from './explanations.ts';
import type { GroupsPanel } from './groups-panel.ts';
import { modelCard, rankedIn, whyFirst } from './model-card.ts';
import type { ModelsPanel } from './models-panel.ts';
import { type OfferLine, offerLine } from './offer-line.ts';
import type {
  Candidate,
  Offer,
  OfferedModel,
  OfferedModels,
  RouteExplanation,
} from './offered-model.ts';
import { placeKey } from './offered-model.ts';

interface ModelListOptions {
  client: ApiClient;
  element: HTMLElement;
  models: ModelsPanel;
  groups: Pick<GroupsPanel, 'canChange' | 'isBusy' | 'separate'>;
  language: LanguageStore;
  clock: { nowS: number };
  loop: DrawLoop;
  openModels: readonly string[];
  onOpenChange(): void;
}

/** As good as what is known about the first channel. */
function toneOf({ candidates: [first] }: RouteExplanation) {
  return first ? markTones[markOf({ ...first, state: first.evidence_state })] : 'idle';
}

interface OfferRow {
  candidate: Candidate;
  offer: Offer | undefined;
  model: string;
  isChosen: boolean;
}

const cardsPerFrame = 16;
const offersPerFrame = 16;

/** The cards of the models, drawn by lit-html; the panel decides which are shown. */
export function createModelList(options: ModelListOptions) {
  const { element, models, groups, language, clock, loop } = options;
  /** The open models; the number counts up while a model's offers are drawn over several frames. */
  const open = new Map(options.openModels.map((model) => [model, 0]));
  const offerRowsByModel = new Map<string, ReturnType<typeof createOfferRows>>();
  let routing: OfferedModels | null = null;
  const explanations = createExplanations({
    client: options.client,
    onChange: () => loop.request(draw),
  });

  const toggle = (model: string) => {
    const isOpen = open.delete(model);
    if (isOpen) explanations.forget(model);
    else {
      open.set(model, 0);
      void explanations.load(model);
    }
    offerRowsByModel.delete(model);
    options.onOpenChange();
    loop.request(draw);
  };

  const createOfferRows = () =>
    createRows<OfferRow>({
      keyOf: ({ candidate }) => placeKey(candidate),
      versionOf: ({ candidate, offer, isChosen }) => [
        candidate,
        offer,
        isChosen,
        language.translator,
      ],
      template: (row) => {
        const told = routing ?? models.shown().routing;
        return offerTemplate(offerLine({ ...row, told, nowS: clock.nowS }, language.translator));
      },
      perFrame: offersPerFrame,
    });

  /** The channels as the gateway would try them in the wire format that is shown. */
  const offersOf = (one: OfferedModel, shown: RouteExplanation | undefined) => {
    const rows = offerRowsByModel.get(one.model) ?? createOfferRows();
    offerRowsByModel.set(one.model, rows);
    const firsts = one.chosen_target_id === null ? [] : one.channels.slice(0, 1);
    const places = shown?.chosen ? [shown.chosen, ...shown.shares_with] : [];
    const chosen = (shown ? places : firsts).map(placeKey);
    const candidates: readonly Candidate[] = shown?.candidates ?? one.channels;
    return rows(
      candidates.map((candidate) => ({
        candidate,
        offer: one.channels.find((offer) => placeKey(offer) === placeKey(candidate)),
        model: one.model,
        isChosen: chosen.includes(placeKey(candidate)),
      })),
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
        )}${when(offer.ownName, () => html`<span class="offered-own">${offer.ownName}</span>`)}
      </th>
      <td><span class="table-state"><span class="dot"></span><span>${offer.routes.length > 0 ? offer.routes.join(', ') : '—'}</span></span></td>
      ${when(models.arePricesKnown, () => html`<td title=${offer.priceNote}>${offer.price}</td>`)}
      <td class="is-number">${offer.firstByte}</td>
      <td class="is-number">${offer.latency}</td>
      <td class="is-number">${offer.rate}</td>
      <td>${when(
        offer.provedAt,
        (timeS) =>
          html`<span title=${formatExactTime(timeS, language.translator)}>${clockText(() => formatAgo(timeS, clock.nowS, language.translator))}</span>`,
        () => '—',
      )}</td>
      <td class="table-note">
        <span>${offer.reason}</span>
        ${when(offer.error, () => html`<span class="block text-tone-ink" title=${offer.error}>${offer.error}</span>`)}
      </td>
    </tr>`;

  const routeTab = (one: OfferedModel, each: RouteExplanation, isShown: boolean) => html`
    <button type="button" aria-pressed=${isShown} @click=${() => explanations.show(one.model, each.route)}>
      <span class="dot" data-tone=${toneOf(each)}></span>
      <span>${language.t(`route.${each.route}`)}</span>
    </button>`;

  /** Who is tried first in a wire format, or why nobody is. */
  const sentenceOf = (each: RouteExplanation, told: OfferedModels) => {
    const [first] = each.candidates;
    if (!each.chosen || !first) {
      return each.reason_code ? language.t(`reason.${each.reason_code}`) : '';
    }
    const shares = { sharedBy: 1 + each.shares_with.length, ...rankedIn(each.candidates) };
    const why = whyFirst(first, shares, told, language.translator);
    return language.t('offers.first', { name: each.chosen.target_name, why });
  };

  const explanationOf = ({ routes, shown }: Explained, one: OfferedModel) =>
    routes.find(({ route }) => route === (shown ?? one.route)) ?? routes[0];

  const tableTemplate = (one: OfferedModel, told: OfferedModels) => {
    const explained = explanations.of(one.model);
    const shown = explained && explanationOf(explained, one);
    const routes = explained?.routes ?? [];
    return html`
    ${when(
      shown,
      (each) => html`
        <div class="offered-routes">
          ${when(
            routes.length > 1,
            () => html`
              <div class="segmented" role="group" aria-label=${language.t('offers.routes')}>
                ${routes.map((it) => routeTab(one, it, it === each))}
              </div>`,
          )}
          <p class="text-sm text-muted">${sentenceOf(each, told)}</p>
        </div>`,
    )}
    <div class="table-scroll border-t border-line pb-1.5" tabindex="0" role="group" aria-label=${one.model}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col" class="is-number">${language.t('offers.rank')}</th>
            <th scope="col">${language.t('offers.channel')}</th>
            <th scope="col">${language.t('offers.proven_on')}</th>
            ${when(models.arePricesKnown, () => html`<th scope="col">${language.t('offers.price')}</th>`)}
            <th scope="col" class="is-number">${language.t('offers.first_byte')}</th>
            <th scope="col" class="is-number">${language.t('models.latency')}</th>
            <th scope="col" class="is-number">${language.t('models.rate')}</th>
            <th scope="col">${language.t('offers.proved')}</th>
            <th scope="col">${language.t('offers.reason')}</th>
          </tr>
        </thead>
        <tbody>${offersOf(one, shown)}</tbody>
      </table>
    </div>
    ${when(
      one.names.length > 0 && groups.canChange,
      () => html`
        <p class="offered-foot">
          <button type="button" class="button button-quiet" ?disabled=${groups.isBusy}
            @click=${() => groups.separate(one.model)}>${language.t('groups.separate')}</button>
        </p>`,
    )}`;
  };

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
            <span class="model-protocol">${card.routeText}</span>
            ${when(card.alsoText, () => html`<span class="offered-also" title=${card.alsoText}>${card.alsoText}</span>`)}
          </h2>
          <p class="offered-choice">
            ${when(
              card.chosenName,
              () => html`
                <span class="offered-channel">${icon('corner-down-right', 'icon icon-small text-muted')}<span>${card.chosenName}</span></span>`,
            )}
            <span class="channel-small">${card.why}</span>
          </p>
          ${when(
            models.arePricesKnown,
            () =>
              html`<p class="offered-figure is-price" title=${card.cheapestText}><b>${card.cheapest}</b><span class="channel-small">${card.cheapestText}</span></p>`,
          )}
          <p class="offered-figure is-first"><b>${card.fastest}</b><span class="channel-small">${language.t('offers.fastest')}</span></p>
          <p class="offered-figure"><b>${card.servedText}</b><span class="channel-small">${language.t('offers.served.label')}</span></p>
          ${icon('chevron-down', 'icon icon-small chevron')}
        </div>
        ${when(isOpen, () => tableTemplate(one, told))}
      </li>`;
  };

  const cards = createRows<OfferedModel>({
    keyOf: ({ model }) => model,
    versionOf: (one) => [
      one,
      language.translator,
      open.get(one.model),
      explanations.of(one.model),
      groups.canChange,
      groups.isBusy,
    ],
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

  return {
    draw,
    openModels: () => [...open.keys()],
    /** Asks again how the open models are routed. */
    explainOpen(): void {
      for (const model of open.keys()) void explanations.load(model);
    },
  };
}
