/** `/docs/proxy`. */
export const gateway = {
  'gateway.skip': 'Skip to the guide',
  'gateway.title': 'Use the gateway',
  'gateway.intro':
    'Any client of OpenAI’s, Anthropic’s or Google’s API works with the gateway: it takes this server’s address and a key of its own. A request goes only where the model has just been proven alive, and on to the next such channel where one fails before its first byte.',
  'gateway.setup': 'Your examples',
  'gateway.setup.hint':
    'What you enter here stands in every example below. The key stays in this page: it is neither sent nor kept.',
  'gateway.setup.where': 'Keys are made in the administration.',
  'gateway.address': 'Address of the gateway',
  'gateway.key': 'Proxy key',
  'gateway.model': 'Model',
  'gateway.model.hint': 'chosen to suit each client',
  'gateway.models.loading': 'Asking what is alive…',
  'gateway.models.locked':
    'With an access token (above, the key), the live models are offered here.',
  'gateway.models.failed': 'The live models could not be loaded.',
  'gateway.models.ready.one': '{count} name would be served now; type to choose.',
  'gateway.models.ready.other': '{count} names would be served now; type to choose.',
  'gateway.copy': 'Copy {what}',
  'gateway.group.http': 'Plain HTTP',
  'gateway.group.sdk': 'Libraries',
  'gateway.group.cli': 'Coding agents',
  'gateway.group.app': 'Chat applications',
  'gateway.reference': 'Good to know',

  'gateway.note.curl':
    'The key goes in whichever header your client sends: Authorization, x-api-key, x-goog-api-key, or ?key=. Paths are also taken without /v1.',
  'gateway.note.openai':
    'The address ends in /v1. Chat completions, responses, embeddings, images, speech and moderations all go the same way.',
  'gateway.note.anthropic':
    'The address has no /v1: the library adds it. Token counting is passed on where the channel knows it.',
  'gateway.note.google': 'The address has no version: the library adds /v1 or /v1beta.',
  'gateway.note.claude_code':
    'The address has no /v1. Leave ANTHROPIC_API_KEY unset, so that the two don’t compete; /status shows the address in use. The second model does the small background work: a cheap one will do.',
  'gateway.note.codex':
    'Codex speaks the Responses API alone, so choose a model that a channel serves there. The file names the variable that holds the key, never the key itself.',
  'gateway.note.gemini_cli':
    'The settings choose the key for signing in. Without them it asks (choose “Use Gemini API key”), and gemini -p refuses to start. The address has no version.',
  'gateway.note.cherry':
    'Settings → Model Provider → Add, of the type OpenAI. The host has no /v1 and no slash at its end: Cherry Studio adds the rest. “Manage” then lists the live models; Anthropic and Gemini as types work with the same host and key.',
  'gateway.note.open_webui':
    'Or by hand: Admin Settings → Connections → OpenAI, with this address and key. Its model list is the gateway’s, so dead models vanish from it. From inside a container, localhost is the container: use the host’s name.',
  'gateway.note.lobechat':
    'Or by hand: Settings → AI Service Provider → OpenAI, with this address as the proxy address. More models follow in the list between commas, each with a plus.',

  'gateway.naming': 'Names of models',
  'gateway.naming.pinned':
    'One channel’s model: the channel’s name, a slash, then the model as the channel names it, slashes included.',
  'gateway.naming.bare':
    'The model wherever it is alive. Fresh proof goes first, then the faster channel, unless the server is set to go by order or in turn. Can be switched off by the server (PROXY_BARE_MODELS).',
  'gateway.naming.header':
    'The id of a channel, as a header or as ?target_id=: pins a bare name to it.',
  'gateway.naming.list':
    'GET /v1/models lists what passed its latest check and what your key may use, in the form that the caller’s headers ask for: OpenAI’s, Anthropic’s or Google’s.',
  'gateway.naming.session':
    'A conversation that sends session-id, x-session-affinity or x-claude-code-session-id stays on one channel while it is healthy, which spares the provider’s prompt cache.',

  'gateway.errors': 'Errors',
  'gateway.errors.intro':
    'The gateway’s own errors come in the caller’s dialect, so your library shows them as it does its vendor’s. An error of the channel passes through as it came.',
  'gateway.errors.400': 'The body is no JSON, or names no model.',
  'gateway.errors.401': 'No key, an unknown one, or one that is paused, expired or revoked.',
  'gateway.errors.403': 'The key may not use this channel or this model.',
  'gateway.errors.404':
    'No such model, or it failed its latest check: the message says since when and what the check saw.',
  'gateway.errors.413': 'The body is larger than the server allows.',
  'gateway.errors.429':
    'The key has used up its minute, or too many unknown keys came from your address; retry-after says how long to wait.',
  'gateway.errors.502': 'The channel could not be reached.',
  'gateway.errors.503': 'No channel is left that could serve this.',
  'gateway.errors.504': 'No first byte came in time.',
  'gateway.errors.508': 'Every channel with this model leads back to this server.',
  'gateway.errors.midway':
    'A stream that breaks off ends with an error event in the same dialect, never as if it were complete.',

  'gateway.headers': 'Headers of an answer',
  'gateway.headers.intro':
    'Beside the channel’s own headers, every answer tells where it came from.',
  'gateway.headers.target': 'The id of the channel that served it.',
  'gateway.headers.model': 'The model’s name as the channel knows it.',
  'gateway.headers.attempts': 'How many channels were tried.',
  'gateway.headers.proof': 'Seconds since the check that proved the model.',
  'gateway.headers.request':
    'The request’s name in the server’s records; quote it when something went wrong.',

  'gateway.limits': 'Limits',
  'gateway.limits.body': 'Body',
  'gateway.limits.body.text': '50 MB, unless PROXY_BODY_MAX_MB says otherwise.',
  'gateway.limits.first': 'First byte',
  'gateway.limits.first.text':
    'The channel’s own timeout, or three times what the model usually takes, where that is longer.',
  'gateway.limits.idle': 'Silence in a stream',
  'gateway.limits.idle.text':
    '300 seconds, unless PROXY_IDLE_TIMEOUT_S says otherwise. A stream as a whole has no limit.',
  'gateway.limits.attempts': 'Attempts',
  'gateway.limits.attempts.text':
    'Up to 4 channels for one request (PROXY_MAX_ATTEMPTS), all before the first byte.',
  'gateway.limits.key': 'Keys',
  'gateway.limits.key.text':
    'Requests and tokens a minute, an end date, channels and models: as the key was made. Requests under way reserve tokens for what they send and the longest answer that they allow. The master token has no limits.',
} as const satisfies Record<string, string>;
