import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { sampleProbe } from '../../test/sample-probe.ts';
import { curlOfProbe } from './curl-of-probe.ts';

const asked = {
  base_url: 'https://relay.example/openai',
  prompt: "Who's there? $(touch /tmp/never) `id`",
  anthropic_version: '2023-06-01',
};

/** The words into which a shell splits the command. */
function wordsOf(command: string): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }; API_KEY=sk-mine; ${command}`;
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
}

const bodyIn = (words: string[]) => JSON.parse(words[words.indexOf('-d') + 1] ?? '');

describe('the command for a probe', () => {
  it('sends the same request, with the key from the environment', () => {
    const words = wordsOf(curlOfProbe(sampleProbe(), asked));
    expect(words).toContain('https://relay.example/openai/v1/chat/completions');
    expect(words).toContain('authorization: Bearer sk-mine');
    expect(bodyIn(words)).toMatchObject({ model: 'gpt-4o', stream: true });
    expect(bodyIn(words).messages[0].content).toBe(asked.prompt);
  });

  it('supports each wire format', () => {
    const endpoint = '/v1/messages';
    const anthropic = wordsOf(curlOfProbe(sampleProbe({ route: 'anthropic', endpoint }), asked));
    expect(anthropic).toContain('x-api-key: sk-mine');
    expect(anthropic).toContain('anthropic-version: 2023-06-01');
    const gemini = wordsOf(curlOfProbe(sampleProbe({ route: 'gemini' }), asked));
    expect(gemini).toContain('x-goog-api-key: sk-mine');
    expect(bodyIn(gemini).contents[0].parts[0].text).toBe(asked.prompt);
    expect(bodyIn(wordsOf(curlOfProbe(sampleProbe({ route: 'responses' }), asked)))).toMatchObject({
      input: asked.prompt,
    });
  });

  it('does not run commands in a name', () => {
    const model = `x'; echo owned; '`;
    const words = wordsOf(curlOfProbe(sampleProbe({ model }), asked));
    expect(bodyIn(words).model).toBe(model);
  });
});
