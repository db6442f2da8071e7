import { type FindingScope, judgeAnswer } from '@api-monitor/core';
import { type Complaint, complaints, echoes } from '@api-monitor/fake-provider';
import { describe, expect, test } from 'vitest';
import { createAnswerReader, protocolFor, readBody } from '../src/index.ts';

const textOf = ({ body }: Complaint) => (typeof body === 'string' ? body : JSON.stringify(body));
const named = (row: Complaint) => ({ ...row, text: textOf(row) });

/** To a probe, whose request is ours, a complaint about the request is a failure. */
function probesView({ outcome, kind, scope }: Complaint) {
  const failed = { outcome: 'failure', kind: 'bad_request', scope: 'model' satisfies FindingScope };
  return outcome === 'none' ? failed : { outcome, kind, scope };
}

function clientsView({ route, status }: Complaint, text: string) {
  const reader = createAnswerReader({ route, status });
  reader.take(Buffer.from(text));
  return judgeAnswer({ status, reading: reader.end(), by: 'traffic' });
}

function shownBy({ outcome, kind, scope, mayAnotherServe }: Complaint) {
  return { outcome, kind, scope, may_another_serve: mayAnotherServe };
}

describe.each(complaints.map(named))('$route $status $text', ({ text, ...row }) => {
  const { route, status } = row;

  test('to a probe', () => {
    const reading = readBody(protocolFor(route), status, text);
    expect(judgeAnswer({ status, reading, by: 'probe' })).toMatchObject(probesView(row));
  });

  test('to a client', () => {
    expect(clientsView(row, text)).toMatchObject(shownBy(row));
  });
});

test.each(echoes.map(named))('a client’s own words: $route $status $text', ({ text, ...row }) => {
  expect(clientsView(row, text)).toMatchObject(shownBy(row));
});
