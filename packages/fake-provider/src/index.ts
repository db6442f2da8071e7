export type { Ask, FakeRoute, Pace } from './ask.ts';
export { type BehaviourName, behaviours } from './behaviours/behaviours.ts';
export type { ModelListName } from './model-lists.ts';
export type { ReceivedRequest } from './receive.ts';
export type { Behaviour } from './send.ts';
export {
  type FakeProvider,
  type FakeProviderOptions,
  startFakeProvider,
} from './start-fake-provider.ts';
export type { TestCertificate } from './test-certificates.ts';
