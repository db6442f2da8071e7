import { expect, it } from 'vitest';
import { sampleChannel } from '../../test/sample-channel.ts';
import { translatorFor } from '../i18n/translate.ts';
import { createCardDrawer } from './card-drawer.ts';

const en = translatorFor('en');
const channels = Array.from({ length: 5 }, (_, index) => sampleChannel({ id: index + 1 }));
const isNear = () => true;
const idsOf = (cards: { id: number }[]) => cards.map((it) => it.id);

it('makes a long list over several frames, from the top', () => {
  const draw = createCardDrawer({ isNear, budget: 2 });
  const frames = [1, 2, 3].map(() => draw(channels, en));
  expect(frames.map((it) => idsOf(it.cards))).toEqual([
    [1, 2],
    [1, 2, 3, 4],
    [1, 2, 3, 4, 5],
  ]);
  expect(frames.map((it) => it.isUnfinished)).toEqual([true, true, false]);
});

it('keeps the card of an unchanged channel', () => {
  const draw = createCardDrawer({ isNear });
  const [before] = draw(channels, en).cards;
  expect(draw(channels, en).cards[0]).toBe(before);
  expect(draw(channels, translatorFor('zh')).cards[0]).not.toBe(before);
});

it('gives every card its turn while all of them change all the time', () => {
  const draw = createCardDrawer({ isNear, budget: 2 });
  const all = createCardDrawer({ isNear, budget: 5 });
  all(channels, en);
  for (let frame = 0; frame < 3; frame += 1) draw(channels, en);
  const seen = new Set<string>();
  for (let frame = 0; frame < 3; frame += 1) {
    const changed = channels.map((it) => ({ ...it, name: `${it.id} in frame ${frame}` }));
    for (const card of draw(changed, en).cards)
      if (card.name.includes('frame')) seen.add(`${card.id}`);
  }
  expect([...seen].sort()).toEqual(['1', '2', '3', '4', '5']);
});

it('leaves out what the list no longer holds', () => {
  const draw = createCardDrawer({ isNear });
  draw(channels, en);
  expect(idsOf(draw(channels.slice(3), en).cards)).toEqual([4, 5]);
});

it('draws what is on the screen at once, and the rest little by little', () => {
  const draw = createCardDrawer({ isNear: (id) => id > 3 });
  expect(idsOf(draw(channels, en).cards)).toEqual([1, 2, 3, 4, 5]);
  const changed = channels.map((it) => ({ ...it, name: 'new' }));
  const frames = [1, 2].map(() => draw(changed, en));
  expect(frames.map((it) => it.cards.map((card) => card.name === 'new'))).toEqual([
    [true, true, false, true, true],
    [true, true, true, true, true],
  ]);
  expect(frames.map((it) => it.isUnfinished)).toEqual([true, false]);
});
