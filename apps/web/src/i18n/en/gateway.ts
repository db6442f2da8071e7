/** `/docs/proxy`. */
export const gateway = {
  'gateway.title': 'Use the gateway',
  'gateway.intro':
    'Any client for the OpenAI, Anthropic or Google API works with the gateway: give it this server’s address and its own key. A request goes only to a channel where the model was just proven alive. If that channel fails before its first real token, the next one takes over.',
  'gateway.setup': 'Your examples',
  'gateway.setup.hint':
    'What you enter here appears in every example below. The key stays on this page: it is neither sent nor stored.',
  'gateway.setup.where': 'Create keys in the administration.',
  'gateway.address': 'Gateway address',
  'gateway.key': 'Proxy key',
  'gateway.model': 'Model',
  'gateway.model.hint': 'Chosen to suit each client',
  'gateway.models.loading': 'Loading the models that work now…',
  'gateway.models.locked':
    'With an access token (the key icon above), you can choose from the models that work now.',
  'gateway.models.failed': 'The working models couldn’t be loaded.',
  'gateway.models.ready.one': '{count} model name works now. Type to choose.',
  'gateway.models.ready.other': '{count} model names work now. Type to choose.',
  'gateway.copy': 'Copy {what}',
  'gateway.group.http': 'Plain HTTP',
  'gateway.group.sdk': 'Libraries',
  'gateway.group.cli': 'Coding agents',
  'gateway.group.app': 'Chat applications',
  'gateway.reference': 'Reference',

  'gateway.note.curl':
    'Send the key as Authorization, x-api-key or x-goog-api-key, or as ?key=. Paths also work without /v1.',
  'gateway.note.openai':
    'The address ends in /v1. Chat completions, responses, embeddings, images, speech and moderations all work the same way.',
  'gateway.note.anthropic':
    'The address has no /v1: the library adds it. Token counting works if the channel supports it.',
  'gateway.note.google': 'The address has no version: the library adds /v1 or /v1beta.',
  'gateway.note.claude_code':
    'The address has no /v1. Leave ANTHROPIC_API_KEY unset to avoid a conflict; /status shows the address in use. The second model handles small background tasks, so a cheap one is enough.',
  'gateway.note.codex':
    'Codex uses only the Responses API, so choose a model that a channel serves there. The file names the variable that holds the key, not the key itself. Over a WebSocket each step sends only what is new; where a proxy in front of this address doesn’t pass upgrades, Codex goes back to plain requests.',
  'gateway.note.gemini_cli':
    'The settings file selects sign-in by key. Without it, the CLI asks (choose “Use Gemini API key”), and gemini -p refuses to start. The address has no version.',
  'gateway.note.opencode':
    'The provider belongs in the project’s opencode.json or in ~/.config/opencode. Each model that you want to choose needs an entry.',
  'gateway.note.qwen_code':
    'The address ends in /v1. If Qwen Code asks how to sign in, choose the OpenAI-compatible API.',
  'gateway.note.cherry':
    'Settings → Model Provider → Add, type OpenAI. The host has no /v1 and no trailing slash: Cherry Studio adds the rest. “Manage” then lists the working models. The types Anthropic and Gemini work with the same host and key.',
  'gateway.note.open_webui':
    'Or in the app: Admin Settings → Connections → OpenAI, with this address and key. The model list comes from the gateway, so models that fail disappear from it. Inside a container, localhost is the container itself: use the host’s name.',
  'gateway.note.lobechat':
    'Or in the app: Settings → AI Service Provider → OpenAI, with this address as the proxy address. Separate further models by commas, each with a plus in front.',

  'gateway.naming': 'Model names',
  'gateway.naming.pinned':
    'A model on one channel: the channel’s name, a slash, then the channel’s name for the model, which may contain slashes.',
  'gateway.naming.bare':
    'The model on any channel where it works. Channels with recent proof come first, then faster ones, unless the server is set to use its own order or to take turns. The server can turn this off (PROXY_BARE_MODELS).',
  'gateway.naming.alias':
    'A channel may give its models further names. They work alone and after the channel’s name, and /v1/models lists them. If a name is also the id of another model there, the alias counts.',
  'gateway.naming.group':
    'Names that the administration has made one model. A request for any of them goes to the best channel that has one, and each channel is asked under its own name. “channel/name” works with all of them too.',
  'gateway.naming.keys': 'What a key may use',
  'gateway.naming.keys.exact':
    'That model of that channel. Everything before a slash is read as a channel’s name.',
  'gateway.naming.keys.bare':
    'The model of this name on every channel. If its id contains a slash, write */vendor/model.',
  'gateway.naming.keys.pattern':
    'An asterisk matches any text in a channel’s name or in a model’s, and never reaches across the slash between them. A pattern allows only ids and aliases that it matches, so a new group of names doesn’t widen it.',
  'gateway.naming.keys.tag': 'All models of the channels with this tag, in any case.',
  'gateway.naming.header':
    'A channel’s id, as a header or as ?target_id=, pins a bare name to that channel.',
  'gateway.naming.list':
    'GET /v1/models lists the models that passed their latest check and that your key may use, in the format that the request’s headers ask for: OpenAI, Anthropic or Google.',
  'gateway.naming.session':
    'A conversation that sends session-id, x-session-affinity or x-claude-code-session-id stays on one channel while it is healthy, so that the provider’s prompt cache helps.',

  'gateway.price': 'The cheapest channel',
  'gateway.price.intro':
    'With PROXY_ROUTING=price, the same setting or a key’s own policy, a request goes to the channel where it costs the least. Proof and priority still come first: only equally proven channels are compared.',
  'gateway.price.cost': 'What it costs',
  'gateway.price.cost.text':
    'The channel’s price of the model, with its multiplier, for the request’s estimated input and its answer: max_tokens, but no more than a typical 500. Channels without a known price come last.',
  'gateway.price.tolerance':
    'Of the channels within this factor of the cheapest, the fastest goes first; 1.05 unless set.',
  'gateway.price.conversation': 'Conversations',
  'gateway.price.conversation.text':
    'What the channel read from its cache last time is counted at the price of cached input, and elsewhere as written to a cache. A conversation moves only if another channel is cheaper even so.',
  'gateway.price.ceiling':
    'Of a key: the most that a million tokens of input or of output may cost. Dearer channels answer 403, and so do unknown prices unless the key allows them.',
  'gateway.price.explained':
    'Shows each channel’s price, its source, its multiplier, and what a request of input_tokens and output_tokens would cost there.',
  'gateway.objects': 'Files, batches and stored responses',
  'gateway.objects.intro':
    'What a channel keeps is found there again by its id, and requests that name it go there. Your key sees only what was made with it. Lists show what one channel has: the one with your latest, or the one that X-Target-Id names.',
  'gateway.objects.responses':
    'Read, stream, cancel or delete a response that was stored, also one made in the background.',
  'gateway.objects.files':
    'An upload goes to the channel of your latest one, else to the first that takes it. A form field or query parameter model, or X-Target-Id, chooses another.',
  'gateway.objects.batches':
    'A batch goes where its file is, or to a channel that serves all its models, which your key must be allowed to use. Keys with a limit per minute or a budget can’t make batches.',
  'gateway.objects.caches': 'A cache goes where its model is served.',

  'gateway.sockets': 'WebSockets',
  'gateway.sockets.responses':
    'As OpenAI’s: each response.create frame is one request like a POST, with the same limits and fail-over. Frames run one after the other, and previous_response_id continues the connection’s latest response.',
  'gateway.sockets.realtime':
    'A live session goes to one channel; until one has opened it, the next may serve.',
  'gateway.sockets.browser':
    'Browsers send the key as the subprotocol openai-insecure-api-key.<key>, and their pages must be in PROXY_CORS_ORIGINS. Where WebSockets are off (PROXY_WEBSOCKET), the answer is 426.',

  'gateway.reaching': 'Reaching a channel',
  'gateway.reaching.intro':
    'Each channel may be reached in its own way. These fields of the channel apply to checks and to your requests alike, from the next request on.',
  'gateway.reaching.proxy':
    'An http://, https:// or socks5:// proxy, with user and password if it wants them. Without one, UPSTREAM_PROXY or the system’s HTTPS_PROXY and HTTP_PROXY apply, except where NO_PROXY says otherwise; “direct” uses none.',
  'gateway.reaching.headers': `Headers that every request gets, or loses. \${client:Name} copies one of yours. Credentials and headers of the connection can’t be changed.`,
  'gateway.reaching.certificates':
    'A certificate authority of its own, besides the system’s; or no check of certificates at all.',
  'gateway.reaching.paths':
    'Where the channel serves a format if not at the usual path, or that it doesn’t serve it.',
  'gateway.reaching.overrides':
    'Fields that are set, filled in or removed in the body of your requests. Checks don’t use them.',
  'gateway.reaching.tags':
    'Labels to filter channels by on the home page, to act on many at once, and to name in keys as tag:name.',
  'gateway.reaching.test':
    '“Test” in a channel’s form tries all of this before it is saved: it lists the models and asks one.',
  'gateway.errors': 'Errors',
  'gateway.errors.intro':
    'The gateway’s own errors use the caller’s format, so your library shows them like its vendor’s. Errors from the channel are passed on unchanged.',
  'gateway.errors.400': 'The body isn’t JSON or names no model.',
  'gateway.errors.401': 'The key is missing, unknown, paused, expired or revoked.',
  'gateway.errors.402':
    'A budget of the key is used up, and doesn’t begin again within a minute. The message says which, and when it does. SDKs don’t repeat it.',
  'gateway.errors.403': 'The key may not use this channel or model.',
  'gateway.errors.404':
    'No channel offers the model or serves it in this format, or it has failed everywhere for longer than the channels’ interval of checks. The message says since when, and why.',
  'gateway.errors.413': 'The body is larger than the server allows.',
  'gateway.errors.429':
    'The key has reached its limit for this minute, what is left of its budget is reserved by running requests, or it is unknown and too many unknown keys came from your address; or every channel with the model is rate limited. retry-after says how long to wait.',
  'gateway.errors.502': 'The channel couldn’t be reached.',
  'gateway.errors.503':
    'Every channel with the model is paused after failures, or began to fail less than an interval of checks ago. retry-after says when to try again, and SDKs do so by themselves.',
  'gateway.errors.504': 'The answer didn’t begin in time.',
  'gateway.errors.508': 'Every channel with this model leads back to this server.',
  'gateway.errors.midway':
    'A stream that breaks off ends with an error event in the same format. It never looks complete.',

  'gateway.headers': 'Response headers',
  'gateway.headers.intro':
    'In addition to the channel’s own headers, every response says where it came from.',
  'gateway.headers.target': 'The id of the channel that served the request.',
  'gateway.headers.model': 'The channel’s name for the model.',
  'gateway.headers.attempts': 'How many channels were tried.',
  'gateway.headers.evidence': 'What is known about the model there, such as proven or unproven.',
  'gateway.headers.proof': 'Seconds since the model was last proven there.',
  'gateway.headers.request':
    'The request’s id in the server’s records. Quote it when you report a problem.',

  'gateway.limits': 'Limits',
  'gateway.limits.body': 'Body',
  'gateway.limits.body.text': '50 MB, unless PROXY_BODY_MAX_MB says otherwise.',
  'gateway.limits.first': 'First token',
  'gateway.limits.first.text':
    'While another channel could serve, a stream has three times the model’s usual time, between 10 and 60 seconds and more for long prompts, unless the channel’s form says otherwise under “First token within”. All channels together have the patience of the settings, usually 120 seconds. The last one has its own timeout, or three times the model’s usual time if that is longer. A whole answer may take as long as a silence in a stream.',
  'gateway.limits.wait': 'Waiting',
  'gateway.limits.wait.text':
    'A stream from which nothing has come for 15 seconds gets a comment that clients ignore, so that proxies don’t cut it off. If that happens before the answer, its headers don’t name the channel, and an error comes as an event with its status inside. Whole answers get none.',
  'gateway.limits.idle': 'Silence in a stream',
  'gateway.limits.idle.text':
    '300 seconds, unless PROXY_IDLE_TIMEOUT_S says otherwise. A stream as a whole has no limit.',
  'gateway.limits.attempts': 'Attempts',
  'gateway.limits.attempts.text':
    'Up to 4 channels per request (PROXY_MAX_ATTEMPTS), all before the first token.',
  'gateway.limits.key': 'Keys',
  'gateway.limits.key.text':
    'Requests and tokens per minute, an expiry date, channels and models, as set for the key. Requests in progress reserve tokens for their input and the longest answer that they allow. The master token has no limits.',
  'gateway.limits.budget': 'Budgets',
  'gateway.limits.budget.text':
    'Money, requests and tokens per day, per month and in all, as set for the key; days and months begin in its time zone. Requests count if a channel was asked; lists and counting tokens don’t. A running request reserves what it may cost. Models that cost nothing go on when the money is used up.',
  'gateway.limits.usage':
    'What your key has used and has left of its budgets, and when they begin again. /v1/dashboard/billing/subscription and /v1/dashboard/billing/usage say it of the money in OpenAI’s format.',
} as const satisfies Record<string, string>;
