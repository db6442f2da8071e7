import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FakeProvider, startFakeProvider } from '@api-monitor/fake-provider';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestGateway, type TestGateway } from '../open-test-gateway.ts';
import { upstreamKey } from '../test-channel.ts';
import { clientsAt, type Seen, seenBy } from './clients.ts';
import { type Fault, faults } from './faults.ts';

// Two channels with the same models, of which the first has the fault. What comes of it is judged as a client
// of the official SDKs sees it: `pass` is the right answer, `safe` an error that says so, and `fail` anything
// else, such as half a text that looks whole, or a text twice.

type Verdict = 'pass' | 'safe' | 'fail';
const formats = ['chat', 'messages', 'responses', 'gemini'] as const;
const modes = ['streamed', 'whole'] as const;
type Format = (typeof formats)[number];
type Mode = (typeof modes)[number];

const modelOf = (fault: Fault, format: Format, mode: Mode) =>
  `${fault.kind.replaceAll(' ', '-')}-${format}-${mode}`;
const warmUp = 'warm-up';
const cells = formats.flatMap((format) => modes.map((mode) => ({ format, mode })));

function verdictOf({ isClients }: Fault, model: string, seen: Seen): Verdict {
  if ('text' in seen) return seen.text === `I am ${model}.` && !isClients ? 'pass' : 'fail';
  if (isClients) return seen.message.includes('content policy') ? 'pass' : 'fail';
  return 'safe';
}

async function start(keepAliveMs: number) {
  const modelsOf = (of: readonly Fault[]) =>
    of.flatMap((fault) => cells.map(({ format, mode }) => modelOf(fault, format, mode)));
  const faulty = await startFakeProvider({
    apiKey: upstreamKey,
    models: Object.fromEntries(
      faults.flatMap((fault) => modelsOf([fault]).map((model) => [model, fault.make()])),
    ),
  });
  const shared = [warmUp, ...modelsOf(faults.filter(({ isAlone }) => !isAlone))];
  const good = await startFakeProvider({
    apiKey: upstreamKey,
    models: Object.fromEntries(shared.map((model) => [model, 'good'])),
  });
  const proven = { routes: ['chat', 'anthropic', 'responses', 'gemini'] } as const;
  const channel = ({ origin }: FakeProvider, models: string[]) => ({
    origin,
    models: Object.fromEntries(models.map((model) => [model, proven])),
    fields: { first_token_timeout_s: 0.5 },
  });
  // Each kind has a channel of its own, because a channel may rest as a whole.
  const failing = faults.map((fault) => [fault.kind, channel(faulty, modelsOf([fault]))] as const);
  const gateway = await openTestGateway({
    channels: { ...Object.fromEntries(failing), good: channel(good, shared) },
    options: { keepAliveMs, idleTimeoutMs: 1_500 },
    settings: { patience_s: 4 },
  });
  return { faulty, good, gateway };
}

/** A row of the table in the README. */
function rowOf(fault: Fault, verdicts: Map<string, Verdict>): string {
  const words = modes.map((mode) => {
    const all = formats.map((format) => verdicts.get(modelOf(fault, format, mode)) ?? 'fail');
    const [most = 'fail'] = all.toSorted(
      (one, other) =>
        all.filter((it) => it === other).length - all.filter((it) => it === one).length,
    );
    const others = formats.filter((_, at) => all[at] !== most);
    const named = others.map((format) => `${format}: ${all[formats.indexOf(format)]}`);
    return named.length === 0 ? most : `${most} (${named.join(', ')})`;
  });
  return `| ${fault.kind} | ${words.join(' | ')} |`;
}

describe.each([
  ['in time', 15_000],
  ['after comments that keep the client waiting', 250],
])('%s', (_, keepAliveMs) => {
  let gateway: TestGateway;
  let providers: FakeProvider[] = [];
  const verdicts = new Map<string, Verdict>();

  beforeAll(async () => {
    const started = await start(keepAliveMs);
    gateway = started.gateway;
    providers = [started.faulty, started.good];
    // What is loaded with the first request isn't a fault.
    const clients = Object.values(clientsAt(gateway.origin, 3));
    await Promise.all(clients.flatMap((one) => modes.map((mode) => one[mode](warmUp))));
  });
  afterAll(async () => {
    await gateway.close();
    for (const provider of providers) await provider.close();
  });

  test.each(faults)('$kind: no client takes a wrong answer for a right one', async (fault) => {
    const clients = clientsAt(gateway.origin, fault.isAlone ? 3 : 0);
    const seen = await Promise.all(
      cells.map(async ({ format, mode }) => {
        const model = modelOf(fault, format, mode);
        const call = clients[format]?.[mode];
        if (!call) throw new Error(`no client of ${format}`);
        const saw = await seenBy(() => call(model));
        verdicts.set(model, verdictOf(fault, model, saw));
        return { model, saw };
      }),
    );
    expect(seen.filter(({ model }) => verdicts.get(model) === 'fail')).toEqual([]);
  });

  test('most are the right answer, as the README says', async () => {
    const rows = faults.map((fault) => rowOf(fault, verdicts));
    const readme = await readFile(join(import.meta.dirname, 'README.md'), 'utf8');
    expect(readme.replaceAll(/ +/g, ' ')).toContain(rows.join('\n'));
    const passed = faults.filter((fault) =>
      modes.every((mode) => verdicts.get(modelOf(fault, 'chat', mode)) === 'pass'),
    );
    expect(passed.length).toBeGreaterThanOrEqual(13);
  });

  test('tokens count once, for the channel that served; lost ones are in its attempt', async () => {
    const records = await gateway.recordsAtEnd();
    const ofIt = records.filter(({ requested_model }) => requested_model.startsWith('accounting'));
    expect(ofIt).toHaveLength(cells.length);
    for (const { attempts, target_id, input_tokens, output_tokens } of ofIt) {
      const [lost, served] = attempts;
      expect(lost?.lost_input_tokens).toBeGreaterThan(0);
      expect(served).not.toHaveProperty('lost_input_tokens');
      expect(target_id).toBe(served?.target_id);
      expect(input_tokens).toBeGreaterThan(0);
      expect(output_tokens).toBe(12);
    }
    const filtered = records.filter(({ requested_model }) => requested_model.startsWith('content'));
    expect(filtered.map(({ attempts }) => attempts.length)).toEqual(cells.map(() => 1));
  });
});
