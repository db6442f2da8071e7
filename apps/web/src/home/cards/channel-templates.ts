import { html, nothing, svg, type TemplateResult } from 'lit-html';
import { live } from 'lit-html/directives/live.js';
import { when } from 'lit-html/directives/when.js';
import type { ChannelCard } from '../../channels/channel-card.ts';
import type { RouteChip } from '../../channels/evidence-mark.ts';
import type { ModelRow } from '../../channels/model-row.ts';
import { clockText } from '../../draw/clock-text.ts';
import { cssVars } from '../../draw/css-vars.ts';
import { icon } from '../../draw/icon.ts';
import { formatAgo, formatExactTime, formatSecondsAgo, formatUntil } from '../../format/time.ts';
import { pagePath } from '../../shell/base-path.ts';
import type { HomePanel } from '../home-panel.ts';
import type { Selection } from '../selection/selection.ts';
import type { ProbeUsage } from './probe-usage.ts';
import { type NoticeOptions, problemNotice } from './problem-notice.ts';

export interface TemplateOptions extends NoticeOptions {
  home: Pick<HomePanel, 'isAdmin' | 'filter'>;
  check(id: number): void;
  toggleTag(tag: string): void;
  openMenu(card: ChannelCard, button: Element): void;
  selection: Pick<Selection, 'isOn' | 'has' | 'toggle'>;
  moveByKey(id: number, event: KeyboardEvent): void;
  toggle(id: number): void;
  showAll(id: number): void;
  /** The costs of checks, model by model, were opened or closed. */
  toggleUsage(id: number, isOpen: boolean): void;
}

/** The content of an open card: rows, or the reason why there are none. */
interface ModelsView {
  card: ChannelCard;
  phase: 'loading' | 'failed' | 'none' | 'no_match' | 'ready';
  /** What checks cost today, model by model; undefined while that is closed. */
  usage: ProbeUsage | 'loading' | 'failed' | undefined;
  rows?: unknown;
  hiddenCount?: number;
}

const small = 'icon icon-small';

/** The markup of a channel's card and of the models in it. */
export function channelTemplates(options: TemplateOptions) {
  const { language, clock, home, selection } = options;
  const notice = problemNotice(options);
  const exact = (timeS: number) => formatExactTime(timeS, language.translator);
  const untilText = (timeS: number) => {
    const until = formatUntil(timeS, clock.nowS, language.translator);
    return until === null ? language.t('card.due') : language.t('card.next', { in: until });
  };
  const restingText = (timeS: number) => {
    const until = formatUntil(timeS, clock.nowS, language.translator);
    return until === null
      ? language.t('traffic.trial')
      : language.t('traffic.resting', { in: until });
  };
  const lastText = (timeS: number) =>
    language.t('traffic.last', { ago: formatSecondsAgo(timeS, clock.nowS, language.translator) });

  /** A phone has no room for a badge beside a long name, and a second line would move the rest. */
  const stateBadge = ({ hasStateBadge, stateText }: ChannelCard, className: string) =>
    when(
      hasStateBadge,
      () => html`<span class="badge ${className}" aria-hidden="true">${stateText}</span>`,
    );

  const selectBox = (id: number, name: string) => html`
    <label class="select-box">
      <input class="checkbox" type="checkbox" aria-label=${language.t('bulk.select', { name })}
        .checked=${live(selection.has(id))}
        @click=${(event: MouseEvent) => selection.toggle(id, event.shiftKey)}>
    </label>`;

  const lead = ({ id, name, running }: ChannelCard) => html`
    <div class="-mr-1 flex items-center">
      ${when(selection.isOn, () => selectBox(id, name))}
      ${when(
        home.isAdmin && !selection.isOn,
        () => html`
          <button type="button" class="icon-button drag" data-drag aria-label=${language.t('card.drag', { name })}
            @keydown=${(event: KeyboardEvent) => options.moveByKey(id, event)}>${icon('grip-vertical', small)}</button>`,
      )}
      <span class="dot ${running ? 'is-running' : ''}"></span>
    </div>`;

  const tagList = (tags: readonly string[]) => html`
    <p class="channel-tags">
      ${tags.map(
        (tag) => html`
          <button type="button" class="channel-tag" title=${language.t('card.tag', { tag })}
            aria-pressed=${tag.toLowerCase() === home.filter.tag.toLowerCase()}
            @click=${() => options.toggleTag(tag)}>${tag}</button>`,
      )}
    </p>`;

  const title = (card: ChannelCard, isOpen: boolean) => html`
    <div class="min-w-0">
      <h2 class="flex items-center gap-2 min-w-0">
        <button type="button" class="channel-toggle" aria-expanded=${isOpen} aria-controls="models-${card.id}"
          title=${card.name} aria-label="${card.name}, ${card.stateText}"
          @click=${() => options.toggle(card.id)}>${card.name}</button>
        ${when(
          card.sourceUrl,
          (url) => html`
            <a class="channel-source" target="_blank" rel="noopener noreferrer" href=${url} title=${url}
              aria-label=${language.t('card.source', { name: card.name })}>${icon('external-link', small)}</a>`,
        )}
        ${when(
          card.managedText,
          (text) => html`
            <span class="channel-code" role="img" title=${text} aria-label=${text}>${icon('file-code', small)}</span>`,
        )}
        ${stateBadge(card, 'max-sm:hidden')}
      </h2>
      <p class="channel-url" title=${card.baseUrl}>${card.baseUrl}</p>
      ${when(card.tags.length > 0, () => tagList(card.tags))}
    </div>`;

  const health = ({
    bar,
    barLabel,
    liveText,
    wrongText,
    protocols,
    skippedText,
    goneText,
    keysText,
    areKeysShort,
    balance,
  }: ChannelCard) => html`
    <div class="channel-health">
      <svg class="segments" preserveAspectRatio="none" role="img" viewBox="0 0 ${bar.width} 1" aria-label=${barLabel}>
        ${tones.map((tone) => svg`<path class="is-${tone}" d=${bar[tone]}></path>`)}
        <path class="gaps" d=${bar.gaps}></path>
      </svg>
      <p class="channel-notes">
        ${when(
          liveText,
          () => html`
            <span class="badge flex-none" data-tone="warn">${icon('radio-tower', small)}<span>${liveText}</span></span>`,
        )}
        ${when(wrongText, () => html`<span class="badge flex-none" data-tone="warn">${wrongText}</span>`)}
        ${protocols.map(
          ({ label, count, failing }) =>
            html`<span class=${failing ? 'is-failing' : ''}>${label} <b>${count}</b></span>`,
        )}
        ${when(keysText, () =>
          areKeysShort
            ? html`<span class="badge flex-none" data-tone="warn">${icon('key-round', small)}<span>${keysText}</span></span>`
            : html`<span>${keysText}</span>`,
        )}
        ${when(balance, ({ text, title, isLow }) =>
          isLow
            ? html`<span class="badge flex-none" data-tone="bad" data-balance title=${title}>${text}</span>`
            : html`<span data-balance title=${title}>${text}</span>`,
        )}
        ${when(skippedText, () => html`<span>${skippedText}</span>`)}
        ${when(goneText, () => html`<span>${goneText}</span>`)}
      </p>
    </div>`;

  const times = ({ running, lastRunAt, nextRunAt, isPaused, progressText }: ChannelCard) => html`
    <p class="channel-times channel-small">
      ${
        lastRunAt === null
          ? html`<span>${language.t('card.never')}</span>`
          : html`<span title=${exact(lastRunAt)}>${clockText(() => formatAgo(lastRunAt, clock.nowS, language.translator))}</span>`
      }
      ${when(running, () => html`<span class="text-run-ink tabular-nums">${progressText}</span>`)}
      ${when(nextRunAt, (timeS) => html`<span title=${exact(timeS)}>${clockText(() => untilText(timeS))}</span>`)}
      ${when(isPaused, () => html`<span>${language.t('card.paused')}</span>`)}
    </p>`;

  const actions = (card: ChannelCard) => {
    const { id, name, running, canOperate } = card;
    const checkText = language.t(running ? 'card.checking' : 'card.check', { name });
    return html`
      <div class="channel-actions">
        ${when(
          canOperate,
          () => html`
            <button type="button" class="icon-button" aria-disabled=${running} aria-label=${checkText} title=${checkText}
              @click=${() => options.check(id)}>${icon('refresh-cw', running ? 'icon spin' : 'icon')}</button>`,
        )}
        ${when(
          home.isAdmin,
          () => html`
            <button type="button" class="icon-button" aria-haspopup="menu" aria-label=${language.t('card.more', { name })}
              @click=${(event: { currentTarget: Element }) => options.openMenu(card, event.currentTarget)}>${icon('ellipsis')}</button>`,
        )}
        ${icon('chevron-down', `${small} chevron`)}
      </div>`;
  };

  /** `models` is null while the card is closed. */
  const channel = (card: ChannelCard, models: TemplateResult | null) => html`
    <li class="channel" data-id=${card.id} data-tone=${card.tone} data-state=${card.state}
      ?data-open=${models !== null} ?data-paused=${!card.enabled}
      ?data-selected=${selection.has(card.id)}>
      <div class="channel-head">
        ${lead(card)}${title(card, models !== null)}${health(card)}
        <p class="channel-rate">
          <b>${card.rateText}</b>
          <span class="channel-small ${card.hasStateBadge ? 'max-sm:hidden' : ''}">${card.countText}</span>
          ${stateBadge(card, 'sm:hidden')}
        </p>
        ${times(card)}${actions(card)}
        ${when(
          card.running,
          () => html`
            <div class="run-line ${card.progress === null ? 'is-listing' : ''}">
              <span ${cssVars({ '--share': card.progress ?? 0 })}></span>
            </div>`,
        )}
      </div>
      ${when(card.problem, (problem) => notice(card, problem))}
      ${models ?? nothing}
    </li>`;

  const usageOf = (usage: ProbeUsage | 'loading' | 'failed') => {
    if (usage === 'loading' || usage === 'failed') {
      return html`<p class="channel-small">${language.t(`usage.${usage}`)}</p>`;
    }
    if (usage.models.length === 0) {
      return html`<p class="channel-small">${language.t('usage.none')}</p>`;
    }
    const { number } = language.translator.formats;
    return html`
      <div class="table-scroll" tabindex="0" role="group" aria-label=${language.t('usage.label')}>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">${language.t('models.model')}</th>
              <th scope="col" class="is-number">${language.t('requests.count')}</th>
              <th scope="col" class="is-number">${language.t('usage.column.tokens')}</th>
            </tr>
          </thead>
          <tbody>
            ${usage.models.map(
              ({ model, requests, tokens }) => html`
                <tr>
                  <th scope="row">${model}</th>
                  <td class="is-number">${number.format(requests)}</td>
                  <td class="is-number">${number.format(tokens)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>`;
  };

  const askedText = (timeS: number) => {
    const until = formatUntil(timeS, clock.nowS, language.translator);
    return until === null ? language.t('keys.due') : language.t('keys.again', { in: until });
  };

  const brokenKeys = ({ brokenKeys: keys }: ChannelCard) => html`
    <ul class="broken-keys" aria-label=${language.t('keys.broken')}>
      ${keys.map(
        ({ name, text, error, restUntil, tone }) => html`
          <li data-tone=${tone}>
            <b>${name}</b> <span class="text-tone-ink">${text}</span>
            <span class="channel-small" title=${error}>${error}</span>
            ${when(restUntil, (timeS) => html`<span class="channel-small" title=${exact(timeS)}>${clockText(() => askedText(timeS))}</span>`)}
          </li>`,
      )}
    </ul>`;

  const models = (
    id: number,
    { card, phase, usage, rows = nothing, hiddenCount = 0 }: ModelsView,
  ) => html`
    <section class="models" id="models-${id}" aria-label=${language.t('card.open', { name: card.name })}>
      ${
        phase === 'ready'
          ? html`
            <div class="models-columns" aria-hidden="true">
              <span></span>
              ${columns.map((key) => html`<span>${language.t(key)}</span>`)}
            </div>`
          : html`<p class="models-note">${language.t(`models.${phase}`)}</p>`
      }
      <ul>${rows}</ul>
      ${when(
        hiddenCount,
        () => html`
          <button type="button" class="button button-quiet show-more"
            @click=${() => options.showAll(id)}>${language.count('models.show_all', hiddenCount)}</button>`,
      )}
      <p class="models-foot">
        <a class="link" href="${pagePath(`/viewer.html?target_id=${id}`)}">${language.t('card.viewer')}</a>
        <a class="link" href="${pagePath(`/analysis.html?target_id=${id}`)}">${language.t('card.analysis')}</a>
        ${when(card.concurrencyText, (text) => html`<span class="channel-small whitespace-normal">${text}</span>`)}
        ${when(card.unservedText, (text) => html`<span class="channel-small whitespace-normal">${text}</span>`)}
      </p>
      ${when(card.brokenKeys.length > 0, () => brokenKeys(card))}
      <details class="models-usage" @toggle=${(event: { currentTarget: HTMLDetailsElement }) => options.toggleUsage(id, event.currentTarget.open)}>
        <summary>${card.usageText}</summary>
        ${when(usage, usageOf)}
      </details>
    </section>`;

  const figure = (label: string, text: string, className = '', hint = '') => html`
    <p class="model-figure ${className}">
      <span class="model-figure-label">${label}</span>
      <span title=${hint || nothing}>${text}</span>
    </p>`;

  const strip = (channelId: number, row: ModelRow) => html`
    <div class="strip" data-strip role="slider" tabindex="0" aria-valuemin="1" aria-valuemax=${row.count}
      aria-valuenow=${row.count} aria-valuetext=${row.stateText} aria-label=${row.stripLabel}
      data-channel=${channelId} data-model=${row.model}>
      <svg viewBox="0 0 240 28" preserveAspectRatio="none" aria-hidden="true">
        <rect data-cursor y="0" width="8" height="28" rx="2" visibility="hidden"></rect>
        ${tones.map((tone) => svg`<path class="is-${tone}" d=${row.strip[tone]}></path>`)}
      </svg>
    </div>`;

  const trouble = ({ kindText, error, sinceText }: NonNullable<ModelRow['trouble']>) => html`
    <p class="model-trouble">
      ${when(kindText, () => html`<span class="badge">${kindText}</span>`)}
      ${when(error, () => html`<span class="line-clamp-3 text-tone-ink" title=${error}>${error}</span>`)}
      <span class="channel-small">${sinceText}</span>
    </p>`;

  const liveTrouble = ({
    countText,
    failedAt,
    error,
    retryAt,
  }: NonNullable<ModelRow['live']>) => html`
    <p class="model-trouble model-live" data-tone="warn">
      ${icon('radio-tower', `${small} self-center text-tone-ink`)}
      <span class="text-tone-ink font-label">${countText}</span>
      ${when(failedAt, (timeS) => html`<span class="channel-small" title=${exact(timeS)}>${clockText(() => lastText(timeS))}</span>`)}
      ${when(error, () => html`<span class="line-clamp-3 text-tone-ink" title=${error}>${error}</span>`)}
      ${when(retryAt, (timeS) => html`<span class="badge" title=${language.t('traffic.resting.hint')}>${clockText(() => restingText(timeS))}</span>`)}
    </p>`;

  const chip = ({ mark, tone, title, name, markText, isCalm }: RouteChip) => html`
    <span class="route" data-mark=${mark} data-tone=${tone} title=${title}>
      <span class="route-dot"></span>${name}<span class=${isCalm ? 'sr-only' : 'route-mark'}> ${markText}</span>
    </span>`;

  /** The chips of the routes; a click shows what is known about each, because a touch shows no title. */
  const routesOf = ({ routes, routesLabel, purposeText, markText }: ModelRow) =>
    routes.length === 0
      ? html`<span class="route"><span class="route-dot"></span>${purposeText}<span class="route-mark">${markText}</span></span>`
      : html`
        <details class="routes">
          <summary><span class="sr-only">${routesLabel}: </span>${routes.map(chip)}</summary>
          <ul>
            ${routes.map(
              ({ name, factsText, error, tone }) => html`
                <li data-tone=${tone}><span class="route-name">${name}</span> ${factsText}${when(error, () => html`<span class="block text-tone-ink">${error}</span>`)}</li>`,
            )}
          </ul>
        </details>`;

  const modelRow = (channelId: number, row: ModelRow) => html`
    <li class="model" data-tone=${row.tone} data-state=${row.state}>
      <span class="dot"></span>
      <div class="model-name">
        <span>${row.model}</span>
        ${when(row.goneText, () => html`<span class="badge">${row.goneText}</span>`)}
        ${routesOf(row)}
        <span class="sr-only">${row.stateText}</span>
      </div>
      ${figure(language.t('models.latency'), row.latency)}
      ${figure(language.t('models.first_token'), row.firstToken, 'is-minor', row.firstTokenHint)}
      ${figure(language.t('models.rate'), row.rate, 'is-minor')}
      ${strip(channelId, row)}
      ${when(row.trouble, trouble)}
      ${when(row.live, liveTrouble)}
    </li>`;

  return { channel, models, modelRow };
}

/** In the order in which the colours are painted. */
const tones = ['idle', 'ok', 'bad'] as const;
const columns = [
  'models.model',
  'models.latency',
  'models.first_token',
  'models.rate',
  'models.history',
] as const;
