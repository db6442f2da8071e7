import { AppError, composeNotice, type Destination, type DestinationTest } from '@api-monitor/core';
import {
  type ClaimedDelivery,
  type DeliveryOutcome,
  getDestination,
  openDestinationConfig,
} from '@api-monitor/db';
import {
  type DestinationKind,
  deliver,
  destinationKinds,
  type Notice,
  type NoticeLanguage,
  nextAttemptAt,
  type Outcome,
} from '@api-monitor/notify';
import type { GuardedClient } from '@api-monitor/upstream';
import type { WorkerDeps } from '../worker-deps.ts';

export interface Sending extends Pick<WorkerDeps, 'db' | 'nowS'> {
  client: GuardedClient;
  /** Of the pages, for links; null: unknown. */
  publicUrl: string | null;
  /** Gives up what is being sent. */
  signal: AbortSignal;
}

/** Makes one attempt to deliver, and says what becomes of the delivery. `kind` null: its destination is gone. */
export async function deliverClaimed(
  sending: Sending,
  claimed: ClaimedDelivery,
): Promise<{ kind: string | null; outcome: DeliveryOutcome }> {
  const { db, nowS, publicUrl: baseUrl } = sending;
  const destination = await getDestination(db, claimed.destination_id);
  if (!destination) return failed(null, 'the destination was deleted');
  const { kind } = destination;
  if (!isKnownKind(kind)) return failed(kind, `there is no destination of the kind ${kind}`);
  const opened = await openConfig(sending, destination);
  if ('fault' in opened) return failed(kind, opened.fault);
  const { key, news } = claimed;
  const notice = composeNotice({ key, news, destination, baseUrl, nowS: nowS() });
  const outcome = await deliver(notice, { kind, config: opened.config }, depsOf(sending));
  const { attempts: count, created_at: firstAtS } = claimed;
  const at = nextAttemptAt(outcome, { count, firstAtS }, nowS());
  const answer = answerOf(outcome);
  if (outcome.kind === 'sent') return { kind, outcome: { kind: 'sent', answer } };
  return {
    kind,
    outcome: at === null ? { kind: 'failed', answer } : { kind: 'retry', at, answer },
  };
}

function failed(kind: string | null, answer: string) {
  return { kind, outcome: { kind: 'failed' as const, answer } };
}

async function openConfig({ db }: Sending, { id }: Destination) {
  try {
    return { config: await openDestinationConfig(db, id) };
  } catch (error) {
    // Another installation sealed it.
    if (error instanceof AppError) return { fault: error.message };
    throw error;
  }
}

export function isKnownKind(kind: string): kind is DestinationKind {
  return destinationKinds.some((one) => one === kind);
}

/** What an attempt to deliver needs. */
export function depsOf({ client, nowS, signal }: Sending) {
  const { fetch, openSocket, describeFault } = client;
  return { fetch, openSocket, describeFault, nowS: nowS(), signal };
}

function answerOf({ status, message }: Outcome): string {
  const said = status === null ? [message] : [String(status), message];
  return said.filter((part) => part !== '').join(': ');
}

interface Test {
  test_id: string;
  kind: string;
  config: unknown;
  language: NoticeLanguage;
  time_zone: string;
}

const words: Readonly<Record<NoticeLanguage, { title: string; text: string }>> = {
  en: { title: 'A test from API Monitor', text: 'Alerts will arrive here.' },
  zh: { title: 'API Monitor 测试消息', text: '告警将发送到此处。' },
};

/** Sends a test to a destination, and returns what its vendor answered. */
export async function sendTest(sending: Sending, test: Test): Promise<DestinationTest> {
  const { test_id, kind, config, language, time_zone: timeZone } = test;
  if (!isKnownKind(kind)) return untold(`there is no destination of the kind ${kind}`);
  const begunAt = performance.now();
  const { title, text } = words[language];
  const notice: Notice = {
    ...{ kind: 'test', severity: 'info', language, title, timeS: sending.nowS(), timeZone },
    lines: [{ label: null, text, isQuoted: false }],
    ...{ link: sending.publicUrl, idempotencyKey: `test-${test_id}`, incidentKey: null },
    fields: { event: 'test', title },
  };
  const outcome = await deliver(notice, { kind, config }, depsOf(sending));
  const { status, message } = outcome;
  const duration = Math.round(performance.now() - begunAt) / 1000;
  return { is_sent: outcome.kind === 'sent', status, answer: message, duration };
}

function untold(answer: string): DestinationTest {
  return { is_sent: false, status: null, answer, duration: 0 };
}
