import type { ClientGuide } from './client-guide.ts';
import { quoteForCode, quoteForShell } from './quote-for.ts';

/** Programs that are pointed at the gateway in their settings. */
export const toolGuides: readonly ClientGuide[] = [
  {
    // https://code.claude.com/docs/en/llm-gateway
    id: 'claude-code',
    name: 'Claude Code',
    group: 'cli',
    route: 'anthropic',
    note: 'gateway.note.claude_code',
    samples: [
      {
        label: 'Shell',
        code: ({ address, key, model }) => `export ANTHROPIC_BASE_URL=${quoteForShell(address)}
export ANTHROPIC_AUTH_TOKEN=${quoteForShell(key)}
export ANTHROPIC_MODEL=${quoteForShell(model)}
export ANTHROPIC_DEFAULT_HAIKU_MODEL=${quoteForShell(model)}
claude`,
      },
      {
        label: '~/.claude/settings.json',
        code: ({ address, key, model }) =>
          JSON.stringify(
            {
              env: {
                ANTHROPIC_BASE_URL: address,
                ANTHROPIC_AUTH_TOKEN: key,
                ANTHROPIC_MODEL: model,
                ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
              },
            },
            null,
            2,
          ),
      },
    ],
  },
  {
    // https://developers.openai.com/codex/config-advanced
    id: 'codex',
    name: 'Codex',
    group: 'cli',
    route: 'responses',
    note: 'gateway.note.codex',
    samples: [
      {
        label: '~/.codex/config.toml',
        code: ({ address, model }) => `model = ${quoteForCode(model)}
model_provider = "api-monitor"

[model_providers.api-monitor]
name = "API Monitor"
base_url = ${quoteForCode(`${address}/v1`)}
env_key = "API_MONITOR_KEY"
wire_api = "responses"
supports_websockets = true`,
      },
      {
        label: 'Shell',
        code: ({ key }) => `export API_MONITOR_KEY=${quoteForShell(key)}
codex`,
      },
    ],
  },
  {
    // https://github.com/google-gemini/gemini-cli
    id: 'gemini-cli',
    name: 'Gemini CLI',
    group: 'cli',
    route: 'gemini',
    note: 'gateway.note.gemini_cli',
    samples: [
      {
        label: 'Shell',
        code: ({ address, key, model }) => `export GOOGLE_GEMINI_BASE_URL=${quoteForShell(address)}
export GEMINI_API_KEY=${quoteForShell(key)}
gemini -m ${quoteForShell(model)}`,
      },
      {
        label: '~/.gemini/settings.json',
        code: () =>
          JSON.stringify({ security: { auth: { selectedType: 'gemini-api-key' } } }, null, 2),
      },
    ],
  },
  {
    // https://opencode.ai/docs/providers
    id: 'opencode',
    name: 'opencode',
    group: 'cli',
    route: 'chat',
    note: 'gateway.note.opencode',
    samples: [
      {
        label: 'opencode.json',
        code: ({ address, key, model }) =>
          JSON.stringify(
            {
              $schema: 'https://opencode.ai/config.json',
              provider: {
                'api-monitor': {
                  npm: '@ai-sdk/openai-compatible',
                  name: 'API Monitor',
                  options: { baseURL: `${address}/v1`, apiKey: key },
                  models: { [model]: {} },
                },
              },
              model: `api-monitor/${model}`,
            },
            null,
            2,
          ),
      },
    ],
  },
  {
    // https://github.com/QwenLM/qwen-code
    id: 'qwen-code',
    name: 'Qwen Code',
    group: 'cli',
    route: 'chat',
    note: 'gateway.note.qwen_code',
    samples: [
      {
        label: 'Shell',
        code: ({ address, key, model }) => `export OPENAI_BASE_URL=${quoteForShell(`${address}/v1`)}
export OPENAI_API_KEY=${quoteForShell(key)}
export OPENAI_MODEL=${quoteForShell(model)}
qwen`,
      },
    ],
  },
  {
    // https://docs.cherry-ai.com
    id: 'cherry-studio',
    name: 'Cherry Studio',
    group: 'app',
    route: 'chat',
    note: 'gateway.note.cherry',
    samples: [
      {
        label: 'API Host',
        code: ({ address }) => address,
      },
      { label: 'API Key', code: ({ key }) => key },
      { label: 'Model ID', code: ({ model }) => model },
    ],
  },
  {
    // https://docs.openwebui.com/getting-started/env-configuration
    id: 'open-webui',
    name: 'Open WebUI',
    group: 'app',
    route: 'chat',
    note: 'gateway.note.open_webui',
    samples: [
      {
        label: 'Docker',
        code: ({ address, key }) => `docker run -d -p 3000:8080 \\
  -e OPENAI_API_BASE_URL=${quoteForShell(`${address}/v1`)} \\
  -e OPENAI_API_KEY=${quoteForShell(key)} \\
  -v open-webui:/app/backend/data \\
  ghcr.io/open-webui/open-webui:main`,
      },
    ],
  },
  {
    // https://lobehub.com/docs/self-hosting/environment-variables/model-provider
    id: 'lobechat',
    name: 'LobeChat',
    group: 'app',
    route: 'chat',
    note: 'gateway.note.lobechat',
    samples: [
      {
        label: 'Docker',
        code: ({ address, key, model }) => `docker run -d -p 3210:3210 \\
  -e OPENAI_PROXY_URL=${quoteForShell(`${address}/v1`)} \\
  -e OPENAI_API_KEY=${quoteForShell(key)} \\
  -e OPENAI_MODEL_LIST=${quoteForShell(`-all,+${model}`)} \\
  lobehub/lobe-chat`,
      },
    ],
  },
];
