import type { Channel } from '../channels/channel.ts';
import { type ChannelCard, channelCard } from '../channels/channel-card.ts';
import type { Translator } from '../i18n/translate.ts';

export interface DrawnCards {
  cards: ChannelCard[];
  /** Cards were left for the next frame. */
  isUnfinished: boolean;
}

interface Drawn {
  channel: Channel;
  card: ChannelCard;
  language: string;
  turn: number;
}

/** Redrawing so many cards fits into a frame, whatever else goes on. */
const cardsPerFrame = 24;

/**
 * Makes the cards of a list, a frame's worth at a time: what has waited longest comes first, a card
 * whose turn has not come is shown as it was, and the list ends where cards are still to be made. A
 * card of an unchanged channel stays the same object, so that nothing of it is drawn again.
 */
export function createCardDrawer(budget = cardsPerFrame) {
  const drawnById = new Map<number, Drawn>();
  let turn = 0;

  return (channels: readonly Channel[], translator: Translator): DrawnCards => {
    turn += 1;
    const { language } = translator;
    const isFresh = (channel: Channel) => {
      const drawn = drawnById.get(channel.id);
      return drawn?.channel === channel && drawn.language === language;
    };
    const waiting = channels.filter((channel) => !isFresh(channel));
    const turnOf = ({ id }: Channel) => drawnById.get(id)?.turn ?? 0;
    // Sorting keeps the page's order among those that wait equally long.
    waiting.sort((a, b) => turnOf(a) - turnOf(b));
    for (const channel of waiting.slice(0, budget)) {
      drawnById.set(channel.id, {
        channel,
        card: channelCard(channel, translator),
        language,
        turn,
      });
    }
    const end = channels.findIndex(({ id }) => !drawnById.has(id));
    const shown = end < 0 ? channels : channels.slice(0, end);
    return {
      cards: shown.flatMap(({ id }) => drawnById.get(id)?.card ?? []),
      isUnfinished: waiting.length > budget,
    };
  };
}
