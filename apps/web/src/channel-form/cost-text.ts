import type { InferResponseType } from 'hono/client';
import type { ApiClient } from '../api/client.ts';
import type { Translator } from '../i18n/translate.ts';

/** The API's estimate of what a channel's probes cost, by core's `estimateCost`. */
export type CostPreview = InferResponseType<
  ApiClient['api']['targets']['preview']['$post'],
  200
>['item'];

/** About what the checks cost a day, in a sentence or two. */
export function costText(cost: CostPreview, { t, count, formats }: Translator): string {
  const number = (value: number) => formats.number.format(value);
  const perDay = (one: { requests_per_day: number; tokens_per_day: number }) => ({
    runs: number(cost.runs_per_day),
    requests: number(one.requests_per_day),
    tokens: number(one.tokens_per_day),
  });
  const sentences: string[] = [];
  const models = cost.models.length;
  if (models > 0 || cost.is_list_known) {
    const key = cost.is_limited ? 'form.cost.limited' : 'form.cost';
    sentences.push(count(key, models, { ...perDay(cost), count: number(models) }));
  }
  // Further models share what the limit allows.
  if (!cost.is_list_known && !cost.is_limited) {
    sentences.push(t(models > 0 ? 'form.cost.further' : 'form.cost.each', perDay(cost.per_model)));
  }
  return sentences.join(' ');
}
