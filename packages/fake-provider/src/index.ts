export { type BehaviourName, behaviours } from './behaviours/behaviours.ts';
export { type Complaint, complaining } from './complaints/complaint.ts';
export { complaints } from './complaints/complaints.ts';
export type { ModelListName } from './model-lists.ts';
export type { Pace } from './model-request.ts';
export {
  type FakeProvider,
  type FakeProviderOptions,
  startFakeProvider,
} from './start-fake-provider.ts';
export type { TestCertificate } from './test-certificates.ts';
