import type { InferRequestType, InferResponseType } from 'hono/client';
import { faultText } from '../../api/attempt.ts';
import type { ApiClient } from '../../api/client.ts';
import type { Translator } from '../../i18n/translate.ts';

type BulkCall = ApiClient['api']['targets']['bulk']['$post'];
type Without<Body> = Body extends unknown ? Omit<Body, 'ids'> : never;
/** What is done to all of the selected channels. */
export type BulkChange = Without<InferRequestType<BulkCall>['json']>;
export type BulkItem = InferResponseType<BulkCall, 200>['items'][number];

/** How many refusals are spelt out. */
const mostReasons = 3;

/** What became of the channels, in sentences. */
export function outcomeText(
  { action }: BulkChange,
  items: readonly BulkItem[],
  nameOf: (id: number) => string,
  translator: Translator,
): string {
  const { t, count } = translator;
  const of = (wanted: BulkItem['outcome']) => items.filter(({ outcome }) => outcome === wanted);
  const [done, unchanged, refused] = [of('done'), of('unchanged'), of('refused')];
  const sentences = [
    done.length > 0 ? count(action === 'run' ? 'bulk.running' : 'bulk.done', done.length) : '',
    unchanged.length > 0 ? count('bulk.unchanged', unchanged.length) : '',
    ...refused
      .slice(0, mostReasons)
      .map((item) =>
        t('bulk.refused', { name: nameOf(item.id), reason: reasonOf(item, translator) }),
      ),
    refused.length > mostReasons ? count('bulk.more_refused', refused.length - mostReasons) : '',
  ];
  return sentences.filter(Boolean).join(' ') || t('bulk.nothing');
}

function reasonOf({ reason, fields }: BulkItem, translator: Translator): string {
  const [fault] = Object.values(fields);
  return fault
    ? faultText(fault, translator)
    : translator.t('failure.said', { detail: reason ?? '' });
}
