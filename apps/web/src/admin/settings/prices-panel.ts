import type { InferResponseType } from 'hono/client';
import { load, noErrors, type Phase } from '../../api/attempt.ts';
import { type ApiClient, answerOf } from '../../api/client.ts';
import type { Settings } from '../../api/wire-types.ts';
import { formatMoney } from '../../format/money.ts';
import { initially } from '../../shell/initially.ts';
import { linesOf } from '../keys/key-form.ts';
import type { AdminParts } from '../parts.ts';

type Prices = InferResponseType<ApiClient['api']['prices']['$get'], 200>;
type Repriced = InferResponseType<ApiClient['api']['prices']['reprice']['$post'], 200>;

const emptyForm = { prices: '', currency: '' };
/** More would hide the form. */
const mostUnpriced = 50;

/** The prices for all channels, what has none, and pricing old requests again. */
export function createPricesPanel(parts: AdminParts) {
  const { client, language, toasts, attempt, nowS, view } = parts;
  const settings = client.api.admin.settings;
  return {
    phase: initially<Phase>('loading'),
    isBusy: false,
    failure: '',
    errors: noErrors(emptyForm),
    form: { ...emptyForm },
    inForce: { ...emptyForm },
    unpriced: [] as ReturnType<typeof unpricedLines>,
    /** What pricing again would change, or has changed. */
    repriceText: '',
    isLookedAt: false,
    get isChanged() {
      const { prices, currency } = this.form;
      return (
        linesOf(prices).join('\n') !== this.inForce.prices || currency !== this.inForce.currency
      );
    },
    init() {
      view.follow({ tab: 'settings', show: () => this.load() });
    },
    load() {
      return load(attempt, this, async () => {
        this.take((await answerOf(settings.$get())).item);
        await this.loadUnpriced();
      });
    },
    async loadUnpriced() {
      this.unpriced = unpricedLines(await answerOf(client.api.prices.$get()), language.translator);
    },
    take({ prices, currency }: Settings) {
      this.inForce = { prices: prices.join('\n'), currency };
      this.form = { ...this.inForce };
    },
    reset() {
      this.form = { ...this.inForce };
      Object.assign(this, { failure: '', errors: noErrors(emptyForm) });
    },
    /** Begins a line for a model, which the reader completes. */
    addLine(model: string) {
      const lines = linesOf(this.form.prices);
      this.form.prices = [...lines, `${model} = input , output `].join('\n');
      parts.focusField('prices');
    },
    async save() {
      const { prices, currency } = this.form;
      const json = { prices: linesOf(prices), currency: currency.trim().toUpperCase() };
      await attempt(this, async () => {
        this.take((await answerOf(settings.$patch({ json }))).item);
        await this.loadUnpriced();
      });
      if (!this.isChanged) toasts.show(language.t('admin.saved'));
      Object.assign(this, { repriceText: '', isLookedAt: false });
    },
    /** Prices all stored requests again, step by step, or only says what that would change. */
    async reprice(isDryRun: boolean) {
      await attempt(this, async () => {
        const sum = await this.repriceAll(isDryRun);
        this.repriceText = this.textOf(sum, isDryRun ? 'would' : 'done');
        this.isLookedAt = isDryRun && sum.changed > 0;
        if (!isDryRun) await this.loadUnpriced();
      });
    },
    async repriceAll(dry_run: boolean): Promise<Sum> {
      const sum = { requests: 0, changed: 0, before: 0, after: 0 };
      let after: Repriced['next'] = null;
      const to = Math.ceil(nowS());
      do {
        const step: Repriced = await answerOf(
          client.api.prices.reprice.$post({ json: { from: 0, to, dry_run, after } }),
        );
        add(sum, step);
        after = step.next;
        this.repriceText = this.textOf(sum, 'busy');
      } while (after !== null);
      return sum;
    },
    textOf({ requests, changed, before, after }: Sum, what: 'busy' | 'would' | 'done'): string {
      const { number } = language.translator.formats;
      const money = (amount: number) =>
        formatMoney(amount, this.inForce.currency, language.translator.language);
      return language.t(`admin.prices.reprice.${what}`, {
        ...{ requests: number.format(requests), changed: number.format(changed) },
        ...{ before: money(before), after: money(after) },
      });
    },
  };
}

interface Sum {
  requests: number;
  changed: number;
  before: number;
  after: number;
}

function add(sum: Sum, step: Repriced): void {
  sum.requests += step.requests;
  sum.changed += step.changed;
  sum.before += step.cost_before;
  sum.after += step.cost_after;
}

function unpricedLines({ items }: Prices, { formats }: AdminParts['language']['translator']) {
  return items
    .filter(({ unpriced_requests }) => unpriced_requests > 0)
    .slice(0, mostUnpriced)
    .map(({ target_id, target_name, model, price, unpriced_requests }) => ({
      key: `${target_id}/${model}`,
      model,
      channel: target_name,
      requests: formats.number.format(unpriced_requests),
      /** Requests from before it had one. */
      isPricedNow: price !== null,
    }));
}
