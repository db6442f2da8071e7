import { describe, expect } from 'vitest';
import { type Answer, good, goodOn, json, oncePassed, relay } from './channel-server.ts';
import { bodyFor, channelKey, masterKey, pathOf, test } from './field-test.ts';

// How models and channels are named, and which answer belongs to which channel.

const google = { key: { 'x-goog-api-key': masterKey } };

describe.concurrent('a listed name can be asked for', () => {
  // EKKOLearnAI/hermes-studio#1510, diegosouzapw/OmniRoute#435
  test("if a relay lists Gemini's models with their prefix", async ({ field }) => {
    const channel = await field.open(relay(['models/gemini-2.5-pfx'], { gemini: good }));
    expect(Object.values(channel.found())).toEqual(['alive']);
    const list = await field.ask('/v1beta/models', undefined, { ...google, method: 'GET' });
    const { models } = JSON.parse(list.text) as { models: { name: string }[] };
    const listed = models.map(({ name }) => name).find((name) => name.includes(channel.name));
    const names = [listed, 'models/gemini-2.5-pfx', `models/${channel.name}/gemini-2.5-pfx`];
    for (const name of names) {
      const path = `/v1beta/${name}:generateContent`;
      const got = await field.ask(path, bodyFor.gemini, google);
      expect([name, got.status]).toEqual([name, 200]);
    }
    expect(channel.calls.map(({ path }) => path).join()).not.toContain('models/models');
  });

  // musistudio/claude-code-router#1568, diegosouzapw/OmniRoute#9995
  test("if a channel is called like the vendor in another's ids", async ({ field }) => {
    await field.open(relay(['gpt-own'], { chat: good }), { name: 'openai' });
    const router = await field.open(relay(['openai/gpt-4o-col'], { chat: good }));
    const list = await field.ask('/v1/models', undefined, { method: 'GET' });
    const { data } = JSON.parse(list.text) as { data: { id: string }[] };
    const ids = data.map(({ id }) => id).filter((id) => id.includes('gpt-4o-col'));
    expect(ids.toSorted()).toEqual(['openai/gpt-4o-col', `${router.name}/openai/gpt-4o-col`]);
    for (const id of ids) {
      const got = await field.ask(pathOf.chat, bodyFor.chat(id));
      expect([id, got.headers.get('x-proxy-target-id')]).toEqual([id, String(router.id)]);
    }
  });

  test('if it has several slashes and a colon', async ({ field }) => {
    const model = 'accounts/fireworks/models/qwen3:free';
    const channel = await field.open(relay([model], { chat: good }));
    for (const name of [model, `${channel.name}/${model}`]) {
      expect((await field.ask(pathOf.chat, bodyFor.chat(name))).status, name).toBe(200);
    }
    expect(channel.calls.at(-1)?.model).toBe(model);
  });
});

/** A channel whose responses only it can continue. */
function keepingState(label: string): Answer {
  const ids = new Set<string>();
  const answer: Answer = (call, response) => {
    const { previous_response_id: previous, input } = call.body;
    const items: { encrypted_content?: string }[] = Array.isArray(input) ? input : [];
    const sealed = items.find((item) => item.encrypted_content)?.encrypted_content;
    const refusal = (message: string, code: string) =>
      json(400, { error: { message, type: 'invalid_request_error', code } })(call, response);
    if (previous && !ids.has(String(previous))) {
      return refusal(
        `Previous response with id '${previous}' not found.`,
        'previous_response_not_found',
      );
    }
    if (sealed && sealed !== `sealed-${label}`) {
      return refusal('The encrypted content could not be verified.', 'invalid_encrypted_content');
    }
    const id = `resp_${label}_${ids.size}`;
    ids.add(id);
    const reasoning = {
      type: 'reasoning',
      id: `rs_${id}`,
      summary: [],
      encrypted_content: `sealed-${label}`,
    };
    const content = [{ type: 'output_text', text: 'I am it.', annotations: [] }];
    const message = {
      type: 'message',
      id: `msg_${id}`,
      role: 'assistant',
      status: 'completed',
      content,
    };
    return json(200, {
      ...{ id, object: 'response', model: call.model, status: 'completed', error: null },
      output: [reasoning, message],
    })(call, response);
  };
  return relay(['gpt-5.4-state'], { responses: oncePassed(answer, goodOn('responses')) });
}

describe.concurrent('what a channel issued goes back to it', () => {
  // BerriAI/litellm#29733, higress-group/higress#4688, router-for-me/CLIProxyAPI#3189
  test('a previous response and encrypted reasoning', async ({ field }) => {
    const channels = [await field.open(keepingState('a')), await field.open(keepingState('b'))];
    const used = new Set<string | null>();
    // Pinned, so that both channels take part.
    for (const { name } of [...channels, ...channels, ...channels]) {
      const first = await field.ask(pathOf.responses, bodyFor.responses(`${name}/gpt-5.4-state`));
      used.add(first.headers.get('x-proxy-target-id'));
      const { id, output } = JSON.parse(first.text);
      const follow = { previous_response_id: id };
      const second = await field.ask(pathOf.responses, bodyFor.responses('gpt-5.4-state', follow));
      expect([second.status, second.headers.get('x-proxy-target-id')]).toEqual([
        ...[200, first.headers.get('x-proxy-target-id')],
      ]);
      const input = [output[0], { role: 'user', content: 'go on' }];
      const third = await field.ask(pathOf.responses, {
        model: 'gpt-5.4-state',
        store: false,
        input,
      });
      expect([third.status, third.headers.get('x-proxy-target-id')]).toEqual([
        ...[200, first.headers.get('x-proxy-target-id')],
      ]);
    }
    expect(used.size).toBe(2);
  });
});

test("the client's key never goes up, and the channel's own never comes down", async ({
  field,
}) => {
  const echo: Answer = (call, response) =>
    json(400, { error: { message: `bad key ${call.headers.authorization}` } })(call, response);
  const channel = await field.open(relay(['m-echo'], { chat: oncePassed(echo) }));
  const got = await field.ask(pathOf.chat, bodyFor.chat(`${channel.name}/m-echo`));
  expect(JSON.stringify(channel.calls)).not.toContain(masterKey);
  expect(got.text).not.toContain(channelKey);
});
