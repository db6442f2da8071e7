export type { FakeAccount } from './account.ts';
export { answerTo } from './answer-question.ts';
export { type BehaviourName, behaviours } from './behaviours/behaviours.ts';
export { type Complaint, complaining } from './complaints/complaint.ts';
export { complaints } from './complaints/complaints.ts';
export { echoes } from './complaints/echoes.ts';
export type { ModelListName } from './model-lists.ts';
export { addressOf, type FakeRoute, type Pace, readBody } from './model-request.ts';
export { eventText } from './send.ts';
export {
  type AlertReceiver,
  type ReceivedAlert,
  startAlertReceiver,
} from './start-alert-receiver.ts';
export {
  type FakeProvider,
  type FakeProviderOptions,
  startFakeProvider,
} from './start-fake-provider.ts';
export { type TestCertificate, testAuthority, testCertificates } from './test-certificates.ts';
export { namedEvent, type Reply, replyWith, type WireEvent } from './wire/wire.ts';
export { wireFor } from './wire/wire-for.ts';
