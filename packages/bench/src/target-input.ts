/** What tells one of our channels from another. */
interface Named {
  name: string;
  base_url: string;
  api_key: string;
}

/** A channel with every field that `createTarget` asks for; run every 30 min unless changed. */
export function targetInput(named: Named) {
  return {
    ...named,
    enabled: true,
    interval_min: 30,
    timeout_s: 30,
    verify_ssl: true,
    prompt: 'Which model are you?',
    anthropic_version: '2023-06-01',
    max_models: 0,
    source_url: null,
    sort_order: null,
    visitor_channel_actions_enabled: false,
    selected_models: [],
  };
}
