/** An account with credit, which requests to models use up. */
export interface FakeAccount {
  /** Dollars of credit. */
  left: number;
  used: number;
  /** What each answered request costs. */
  perRequest: number;
  /** Whose endpoints tell what is left. */
  kind: 'new_api' | 'sub2api';
  /** What it says that it charges, relative to list price. */
  multiplier: number;
}

const quotaPerDollar = 500_000;

/** Takes the price of a request from the account. */
export function chargeAccount(account: FakeAccount): void {
  account.left -= account.perRequest;
  account.used += account.perRequest;
}

/** What the account's endpoint at a path says; null if it has none there. */
export function accountAnswer(account: FakeAccount, path: string): object | null {
  const answer = (account.kind === 'new_api' ? newApiAnswers : sub2apiAnswers)[path];
  return answer?.(account) ?? null;
}

type Answers = Record<string, (account: FakeAccount) => object>;

/** Source: https://github.com/QuantumNous/new-api, its controllers of tokens, pricing and the status. */
const newApiAnswers: Answers = {
  '/api/usage/token/': ({ left, used }) => ({
    code: true,
    message: 'ok',
    data: {
      object: 'token_usage',
      name: 'fake',
      total_granted: quotaOf(left + used),
      total_used: quotaOf(used),
      total_available: quotaOf(left),
      unlimited_quota: false,
      model_limits: {},
      model_limits_enabled: false,
      expires_at: 0,
    },
  }),
  '/api/status': () => ({
    success: true,
    message: '',
    data: { quota_per_unit: quotaPerDollar, quota_display_type: 'USD', usd_exchange_rate: 7.3 },
  }),
  '/api/pricing': ({ multiplier }) => ({
    success: true,
    data: [],
    group_ratio: { default: multiplier },
    usable_group: { default: 'everybody' },
  }),
};

/** Source: https://github.com/Wei-Shaw/sub2api, its endpoints for keys. */
const sub2apiAnswers: Answers = {
  '/v1/usage': ({ left, used }) => ({
    mode: 'quota_limited',
    isValid: true,
    status: 'active',
    remaining: left,
    unit: 'USD',
    quota: { limit: left + used, used, remaining: left, unit: 'USD' },
  }),
  '/v1/sub2api/billing': ({ multiplier }) => ({
    object: 'sub2api.key_billing',
    schema_version: 1,
    effective_rate_multiplier: multiplier,
  }),
};

function quotaOf(dollars: number): number {
  return Math.round(dollars * quotaPerDollar);
}
