export {
  type Adapter,
  type DestinationKind,
  destinationKinds,
  type FieldDescription,
  type RateLimit,
  type Words,
} from './adapter.ts';
export { adapters, describeAdapters, secretFieldsOf } from './adapters.ts';
export {
  type DeliveryDeps,
  type Destination,
  deliver,
  type Fetch,
} from './deliver/deliver.ts';
export { type Attempts, nextAttemptAt, retryPolicy } from './deliver/next-attempt.ts';
export type { OpenSocket } from './deliver/send-mail.ts';
export {
  type Notice,
  type NoticeKind,
  type NoticeLanguage,
  type NoticeLine,
  noticeKinds,
  type Severity,
  severities,
} from './notice.ts';
export type { Outcome, RefusalReason } from './outcome.ts';
