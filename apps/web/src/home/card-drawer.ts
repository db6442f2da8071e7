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
/** Cards that nobody sees take their time. */
const farCardsPerFrame = 2;

interface DrawerOptions {
  /** Whether a card is on the screen or close to it. */
  isNear(id: number): boolean;
  budget?: number;
}

/**
 * Makes the cards of a list, a frame's worth at a time: what has waited longest comes first, but few
 * of those that are out of sight. A card whose turn has not come is shown as it was, and the list
 * ends where cards are still to be made. A card of an unchanged channel stays the same object, so
 * that nothing of it is drawn again.
 */
export function createCardDrawer({ isNear, budget = cardsPerFrame }: DrawerOptions) {
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
    const isFar = ({ id }: Channel) => drawnById.has(id) && !isNear(id);
    const urgent = waiting.filter((channel) => !isFar(channel));
    const chosen = [...urgent, ...waiting.filter(isFar).slice(0, farCardsPerFrame)];
    const made = chosen.slice(0, budget);
    for (const channel of made) {
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
      isUnfinished: waiting.length > made.length,
    };
  };
}
