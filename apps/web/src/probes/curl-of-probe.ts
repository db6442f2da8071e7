import type { ProbeRow, Route } from '@api-monitor/core';

interface Asked {
  base_url: string;
  prompt: string;
  anthropic_version: string;
}

/** Long enough for an answer that a person wants to read. */
const tokens = 256;

/**
 * A command that asks what the probe asked, with room for a longer answer; the key comes from the variable
 * `API_KEY`.
 */
export function curlOfProbe(probe: ProbeRow, asked: Asked): string {
  const parts = [
    `curl ${quoted(asked.base_url + probe.endpoint)}`,
    ...(probe.stream ? ['--no-buffer'] : []),
    ...headersFor(probe.route, asked).map((header) => `-H ${header}`),
    `-d ${quoted(JSON.stringify(bodyFor(probe, probe.question ?? asked.prompt)))}`,
  ];
  return parts.join(' \\\n  ');
}

function headersFor(route: Route, { anthropic_version }: Asked): string[] {
  const json = quoted('content-type: application/json');
  switch (route) {
    case 'anthropic':
      return [`"x-api-key: $API_KEY"`, quoted(`anthropic-version: ${anthropic_version}`), json];
    case 'gemini':
      return [`"x-goog-api-key: $API_KEY"`, json];
    default:
      return [`"authorization: Bearer $API_KEY"`, json];
  }
}

/** A minimal body in the wire format of the route. */
function bodyFor({ route, model, stream }: ProbeRow, prompt: string): object {
  const messages = [{ role: 'user', content: prompt }];
  switch (route) {
    case 'chat':
    case 'anthropic':
      return { model, stream, max_tokens: tokens, messages };
    case 'responses':
      return { model, stream, max_output_tokens: tokens, input: prompt };
    case 'gemini':
      return {
        contents: [{ role: 'user', parts: [{ text: prompt }] }],
        generationConfig: { maxOutputTokens: tokens },
      };
    case 'embeddings':
      return { model, input: prompt };
  }
}

/** One word for a POSIX shell, whatever the text contains: names and prompts aren't trusted. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
