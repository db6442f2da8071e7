import { rootCertificates } from 'node:tls';
import type { TargetInput } from '@api-monitor/core';

/** A channel whose fields all differ from their defaults, and are hard to write. */
export const everyField: TargetInput = {
  ...{ name: '\'=1+1, "x"; NULL', base_url: 'https://b.example/base', api_key: '-key' },
  keys: [
    { name: '=1, "x"; 3', api_key: '-key', enabled: true },
    { name: 'b: c', api_key: 'sk-b,1', enabled: false },
    { name: '-c', api_key: 'a:b', enabled: true },
  ],
  ...{ enabled: false, interval_min: 7, timeout_s: 4.5, first_token_timeout_s: 0.5 },
  ...{ verify_ssl: false, prompt: '=two\nlines: - #\r\nthree', anthropic_version: '2024-01-01' },
  ...{ max_models: 3, source_url: 'https://b.example/?a=1,2', sort_order: 9 },
  ...{ visitor_channel_actions_enabled: true, models_mode: 'manual', traffic_proves: false },
  selected_models: ['=a', 'b, c', ' spaced ', "'quoted"],
  ...{ models: ['NULL'], dont_probe: ['*-image', 'd;e'] },
  ...{ probe_requests_per_day: 11, probe_tokens_per_day: 12 },
  ...{ proxy_url: 'socks5://u:p@127.0.0.1:1080', user_agent: '=agent/1 (x, y; z)' },
  ca_certificate: rootCertificates[0] ?? '',
  headers: ['X-One: =1, "2"; 3', '-X-Two', 'User-Agent: x'],
  ...{ exclude: ['*-free'], model_aliases: ['a, b = org/c', '=x = y'], tags: ['便宜', 'a, b'] },
  ...{ priority: -4, weight: 20, max_concurrency: 3, min_gap_ms: 250 },
  body_overrides: ['claude-* /stop = ["=a", "b"]', '-/user', '?/max_tokens = 4096'],
  ...{ price_multiplier: 0.35, unit_cost: 0.14, balance_interval_min: 45, ask_usage: true },
  prices: ['gpt-4o, x* = input 2.5, output 10', '=a = request 0.04'],
  paths: ['chat = /api/v3/chat/completions', 'responses = none'],
};
