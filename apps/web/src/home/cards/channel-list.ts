import { render } from 'lit-html';
import type { ApiClient } from '../../api/client.ts';
import type { Channel, LatestModel } from '../../channels/channel.ts';
import { type ChannelCard, channelCard } from '../../channels/channel-card.ts';
import { modelMatcher } from '../../channels/filter-channels.ts';
import { modelRow } from '../../channels/model-row.ts';
import type { DrawLoop } from '../../draw/draw-loop.ts';
import { watchNearRows } from '../../draw/near-rows.ts';
import { createRows } from '../../draw/rows.ts';
import type { LanguageStore } from '../../shell/language-store.ts';
import type { HomePanel } from '../home-panel.ts';
import { channelTemplates, type TemplateOptions } from './channel-templates.ts';
import { createProbeUsage } from './probe-usage.ts';

/** A card that was opened, and its list of models. Replaced, never changed. */
interface OpenedCard {
  isOpen: boolean;
  phase: 'loading' | 'ready' | 'failed';
  areAllShown: boolean;
  /** Counts up while the list is being drawn over several frames. */
  turn: number;
}

interface RowItem {
  latest: LatestModel;
  channel: Channel;
}

interface ChannelListOptions extends Omit<TemplateOptions, 'toggle' | 'showAll' | 'toggleUsage'> {
  client: ApiClient;
  element: HTMLElement;
  home: HomePanel;
  language: LanguageStore;
  loop: DrawLoop;
  openIds: readonly number[];
  nowS(): number;
  /** Loads a channel with the histories of its models. */
  load(id: number): void;
  onOpenChange(): void;
}

const shownAtFirst = 100;
const cardsPerFrame = 8;
const modelsPerFrame = 24;

export type ChannelList = ReturnType<typeof createChannelList>;

/** The cards of the channels, drawn by lit-html; the home panel decides which match. */
export function createChannelList(options: ChannelListOptions) {
  const { element, home, language, loop, selection } = options;
  const closed: OpenedCard = { isOpen: false, phase: 'loading', areAllShown: false, turn: 0 };
  const opened = new Map(options.openIds.map((id) => [id, { ...closed, isOpen: true }]));
  const rowsByChannel = new Map<number, ReturnType<typeof createRows<RowItem>>>();
  let matching: readonly Channel[] = [];
  let isHeld = false;

  const usage = createProbeUsage({ client: options.client, onChange: () => loop.request(draw) });

  const cardOf = (id: number) => opened.get(id) ?? closed;
  const change = (id: number, changes: Partial<OpenedCard>) => {
    opened.set(id, { ...cardOf(id), ...changes });
    loop.request(draw);
  };

  const templates = channelTemplates({
    ...options,
    toggle(id) {
      const isOpen = !cardOf(id).isOpen;
      change(id, isOpen ? { isOpen, phase: 'loading' } : { isOpen });
      options.onOpenChange();
      if (isOpen) options.load(id);
    },
    showAll: (id) => change(id, { areAllShown: true }),
    toggleUsage: (id, isOpen) => (isOpen ? usage.open(id) : usage.close(id)),
  });

  const rowsOf = (id: number) => {
    const known = rowsByChannel.get(id);
    if (known) return known;
    const rows = createRows<RowItem>({
      keyOf: ({ latest }) => latest.model,
      versionOf: ({ latest, channel }) => [latest, channel.fault, language.translator],
      template: ({ latest, channel }) =>
        templates.modelRow(id, modelRow(latest, channel, options.nowS(), language.translator)),
      perFrame: modelsPerFrame,
    });
    rowsByChannel.set(id, rows);
    return rows;
  };

  const modelsOf = (channel: Channel, card: ChannelCard) => {
    const { id, latest_models } = channel;
    const { phase, areAllShown } = cardOf(id);
    usage.follow(channel);
    const shared = { card, usage: usage.of(id) };
    if (phase !== 'ready') return templates.models(id, { ...shared, phase });
    const matches = modelMatcher(channel, home.filter);
    const matching = latest_models.filter((it) => matches(it.model));
    const shown = areAllShown ? matching : matching.slice(0, shownAtFirst);
    return templates.models(id, {
      ...shared,
      phase: latest_models.length === 0 ? 'none' : matching.length === 0 ? 'no_match' : 'ready',
      rows: rowsOf(id)(
        shown.map((latest) => ({ latest, channel })),
        () => change(id, { turn: cardOf(id).turn + 1 }),
      ),
      hiddenCount: matching.length - shown.length,
    });
  };

  const nearCards = watchNearRows({
    list: element,
    keyOf: (card) => card.getAttribute('data-id') ?? '',
    onNear: () => loop.request(draw),
  });

  const cards = createRows<Channel>({
    keyOf: ({ id }) => id,
    versionOf(channel) {
      const card = cardOf(channel.id);
      return [
        ...[channel, language.translator, home.isAdmin, card, usage.of(channel.id)],
        ...[card.isOpen && home.filter.query, channel.tags.length > 0 && home.filter.tag],
        ...[selection.isOn, selection.has(channel.id)],
      ];
    },
    template(channel) {
      const card = channelCard(channel, language.translator);
      const { isOpen } = cardOf(channel.id);
      return templates.channel(card, isOpen ? modelsOf(channel, card) : null);
    },
    isNear: ({ id }) => nearCards.isNear(String(id)),
    perFrame: cardsPerFrame,
  });

  const draw = () => {
    if (isHeld) return;
    matching = home.sumUp();
    element.ariaLabel = language.t('list.label');
    element.toggleAttribute('data-selecting', selection.isOn);
    render(
      cards(matching, () => loop.request(draw)),
      element,
    );
    nearCards.update();
  };

  return {
    draw,
    shownIds: () => matching.map(({ id }) => id),
    openIds: () => [...opened].flatMap(([id, { isOpen }]) => (isOpen ? [id] : [])),
    phaseOf: (id: number) => cardOf(id).phase,
    setPhase: (id: number, phase: OpenedCard['phase']) => change(id, { phase }),
    /** Leaves the cards where they are while one is dragged. */
    hold(shouldHold: boolean) {
      isHeld = shouldHold;
      if (!isHeld) loop.request(draw);
    },
  };
}
