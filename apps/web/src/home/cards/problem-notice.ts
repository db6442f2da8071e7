import { html, nothing } from 'lit-html';
import { when } from 'lit-html/directives/when.js';
import type { ChannelCard } from '../../channels/channel-card.ts';
import type { ChannelProblem, Remedy } from '../../channels/wording/channel-problem.ts';
import { clockText } from '../../draw/clock-text.ts';
import { icon } from '../../draw/icon.ts';
import { formatExactTime, formatUntil } from '../../format/time.ts';
import type { LanguageStore } from '../../shell/language-store.ts';

export interface NoticeOptions {
  language: LanguageStore;
  clock: { nowS: number };
  home: { isAdmin: boolean };
  /** Opens the channel's form at one of its fields. */
  edit(id: number, field: Exclude<Remedy, 'website'>): void;
}

const small = 'icon icon-small';
/** Longer texts are folded. */
const longWords = 240;

/** Returns a template: what is wrong with a channel as a whole, and what its reader can do about it. */
export function problemNotice({ language, clock, home, edit }: NoticeOptions) {
  const iconOf = ({ level }: ChannelProblem) => {
    if (level === 'fault') return icon('octagon-alert', small);
    return level === 'list' ? icon('triangle-alert', small) : icon('info', small);
  };

  const askedAgainText = (timeS: number) => {
    const until = formatUntil(timeS, clock.nowS, language.translator);
    return until === null
      ? language.t('problem.fault.due')
      : language.t('problem.fault.again', { in: until });
  };

  const remedyButton = ({ id, sourceUrl }: ChannelCard, { remedy }: ChannelProblem) => {
    if (remedy === null || !home.isAdmin) return nothing;
    const text = language.t(remedyTexts[remedy]);
    return remedy === 'website'
      ? html`<a class="button" target="_blank" rel="noopener noreferrer" href=${sourceUrl ?? ''}>${text}</a>`
      : html`<button type="button" class="button" @click=${() => edit(id, remedy)}>${text}</button>`;
  };

  const wordsOf = (words: string) =>
    words.length <= longWords
      ? html`<p class="problem-words">${words}</p>`
      : html`
        <details class="problem-fold">
          <summary><span class="problem-words">${words}</span><span class="link">${language.t('problem.more')}</span></summary>
        </details>`;

  return (card: ChannelCard, problem: ChannelProblem) => html`
    <section class="problem" data-tone=${problem.tone} data-level=${problem.level} aria-label="${card.name}: ${problem.title}">
      ${iconOf(problem)}
      <div class="min-w-0">
        <h3 class="problem-title">${problem.title}</h3>
        <p class="problem-text">
          ${problem.text}
          ${when(
            problem.retryAt,
            (timeS) =>
              html`<span title=${formatExactTime(timeS, language.translator)}>${clockText(() => askedAgainText(timeS))}</span>`,
          )}
        </p>
        ${when(problem.words, wordsOf)}
      </div>
      ${remedyButton(card, problem)}
    </section>`;
}

const remedyTexts = {
  api_key: 'problem.edit_key',
  base_url: 'problem.edit_address',
  models: 'problem.edit_models',
  website: 'problem.website',
} as const satisfies Record<Remedy, string>;
