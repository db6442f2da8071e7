import { type ApiClient, answerOf } from '../../api/client.ts';
import { ApiFailure, sentenceOf } from '../../api/failure.ts';
import type { ChartSketch } from '../../charts/chart-sketch.ts';
import type { LanguageStore } from '../../shell/language-store.ts';
import type { ToastStore } from '../../shell/toast-store.ts';
import type { Range } from '../analysis-address.ts';
import {
  type BalanceFact,
  type BookLine,
  balanceChart,
  balanceFacts,
  balanceNote,
  balanceOffers,
  bookLines,
  bookText,
  type ChannelBalance,
} from './balance-view.ts';

interface BalanceOptions {
  client: ApiClient;
  language: LanguageStore;
  toasts: ToastStore;
  targetId: number;
  range(): Range;
  /** Unix seconds. */
  nowS(): number;
}

const daysOf: Record<Range, number> = { '24h': 1, '7d': 7, '30d': 30, '90d': 90 };

/** What the channel has left; nothing for visitors, who aren't told. */
export function createBalancePanel(options: BalanceOptions) {
  const { client, language, toasts, targetId, range, nowS } = options;
  const param = { id: String(targetId) };
  let item: ChannelBalance | null = null;
  let turn = 0;
  return {
    isShown: false,
    isAsking: false,
    facts: [] as BalanceFact[],
    note: '',
    chart: null as ChartSketch | null,
    bookText: '',
    isDifferent: false,
    books: [] as BookLine[],
    offers: [] as ReturnType<typeof balanceOffers>,
    async load(): Promise<void> {
      turn += 1;
      const mine = turn;
      const query = { days: String(daysOf[range()]) };
      try {
        const call = client.api.targets[':id'].balance.$get({ param, query });
        const answer = await answerOf(call);
        if (mine !== turn) return;
        item = answer.item;
        this.isAsking = false;
        this.draw();
      } catch (error) {
        // Visitors aren't told, and the page itself says what else is wrong.
        if (!(error instanceof ApiFailure)) throw error;
      }
    },
    draw(): void {
      if (!item) return;
      const { translator } = language;
      const toS = nowS();
      const fromS = toS - daysOf[range()] * 86_400;
      this.isShown = true;
      this.facts = balanceFacts(item, translator);
      this.note = balanceNote(item, translator);
      this.chart = balanceChart(item, { fromS, toS }, translator);
      this.bookText = bookText(item, translator);
      this.isDifferent = item.books.difference !== null;
      this.books = bookLines(item, translator);
      this.offers = balanceOffers(item, translator);
    },
    async ask(): Promise<void> {
      if (this.isAsking) return;
      this.isAsking = true;
      try {
        await answerOf(client.api.targets[':id'].balance.$post({ param }));
      } catch (error) {
        this.isAsking = false;
        toasts.show(sentenceOf(error, language.translator), { tone: 'bad' });
      }
    },
    /** Makes the relay's multiplier the channel's. */
    async take(value: number): Promise<void> {
      try {
        const json = { price_multiplier: value };
        await answerOf(client.api.targets[':id'].$patch({ param, json }));
        toasts.show(language.t('analysis.balance.taken'));
        await this.load();
      } catch (error) {
        toasts.show(sentenceOf(error, language.translator), { tone: 'bad' });
      }
    },
  };
}
