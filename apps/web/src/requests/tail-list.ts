import { html, render } from 'lit-html';
import { when } from 'lit-html/directives/when.js';
import type { DrawLoop } from '../draw/draw-loop.ts';
import { createRows } from '../draw/rows.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import { type ListedRequest, type RequestLine, requestLine } from './request-line.ts';

interface TailListOptions {
  element: HTMLElement;
  language: LanguageStore;
  loop: DrawLoop;
  requests(): readonly ListedRequest[];
  /** What costs are in. */
  currency(): string;
}

/** The list of requests, drawn by lit-html; a request that is clicked shows its attempts. */
export function createTailList(options: TailListOptions) {
  const { element, language, loop, requests, currency } = options;
  const openIds = new Set<number>();

  const toggle = (id: number) => {
    if (!openIds.delete(id)) openIds.add(id);
    loop.request(draw);
  };

  const attemptTemplate = (attempt: RequestLine['attempts'][number]) => html`
    <tr data-tone=${attempt.tone}>
      <th scope="row"><span class="table-state"><span class="dot"></span><span>${attempt.place}</span></span></th>
      <td class="number">${attempt.status}</td>
      <td class="is-number">${attempt.duration}</td>
      <td class="table-note">
        ${when(attempt.kindText, () => html`<span class="badge">${attempt.kindText}</span>`)}
        <span>${attempt.note}</span>
      </td>
    </tr>`;

  const detailTemplate = ({ facts, attempts }: RequestLine) => html`
    <div class="request-detail">
      <dl class="facts">
        ${facts.map(({ label, value }) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}
      </dl>
      <div class="table-scroll" tabindex="0" role="group" aria-label=${language.t('requests.attempts.title')}>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">${language.t('requests.attempt')}</th>
              <th scope="col">${language.t('strip.status')}</th>
              <th scope="col" class="is-number">${language.t('requests.duration')}</th>
              <th scope="col">${language.t('requests.outcome')}</th>
            </tr>
          </thead>
          <tbody>${attempts.map(attemptTemplate)}</tbody>
        </table>
        ${when(attempts.length === 0, () => html`<p class="panel-none">${language.t('requests.attempts.none')}</p>`)}
      </div>
    </div>`;

  const noteTemplate = ({ error, kindText, attemptsText }: RequestLine) => html`
    <span class="request-note">
      ${when(kindText, () => html`<span class="badge">${kindText}</span>`)}
      ${when(attemptsText, () => html`<span class="badge" data-tone="idle">${attemptsText}</span>`)}
      <span class="line-clamp-2 text-tone-ink wrap-anywhere">${error}</span>
    </span>`;

  const requestTemplate = (request: ListedRequest) => {
    const line = requestLine(request, currency(), language.translator);
    const isOpen = openIds.has(request.id);
    return html`
      <li class="request" data-tone=${line.tone}>
        <button type="button" class="request-head" aria-expanded=${isOpen} @click=${() => toggle(request.id)}>
          <span class="dot"></span>
          <span class="text-muted number" title=${line.exactTime}>${line.time}</span>
          <span class="number">${line.status}</span>
          <span class="request-model"><span>${line.model}</span><span class="channel-small font-sans">${line.channel}</span></span>
          <span class="request-key channel-small">${line.key}</span>
          <span class="request-route channel-small">${line.route}</span>
          <span class="request-tokens number channel-small">${line.tokens}</span>
          <span class="request-cost number">${line.cost}</span>
          <span class="request-figure number channel-small">${line.firstByte}</span>
          <span class="request-figure number">${line.duration}</span>
          ${when(line.error || line.kindText || line.attemptsText, () => noteTemplate(line))}
        </button>
        ${when(isOpen, () => detailTemplate(line))}
      </li>`;
  };

  const rows = createRows<ListedRequest>({
    keyOf: ({ id }) => id,
    versionOf: (request) => [request, language.translator, openIds.has(request.id)],
    template: requestTemplate,
    perFrame: 24,
  });

  const draw = () =>
    render(
      rows(requests(), () => loop.request(draw)),
      element,
    );

  return {
    draw,
    /** Whether the reader is looking at a request, so that new ones must not move it. */
    isReading: () => openIds.size > 0 || element.getBoundingClientRect().top < 0,
  };
}
