import { z } from 'zod';
import type { DestinationKind } from '../adapter.ts';
import { faultOfWebUrl } from './field-schemas.ts';

interface KnownAddress {
  kind: DestinationKind;
  name: string;
  host: RegExp;
  /** The path and query of an address that messages can be sent to. */
  place: RegExp;
  /** For people. */
  form: string;
}

/** The addresses that vendors give out, by the documentation that each adapter names. */
const knownAddresses: readonly KnownAddress[] = [
  {
    kind: 'slack',
    name: 'Slack',
    host: /^hooks\.slack(?:-gov)?\.com$/,
    place: /^\/services\/\w+\/\w+\/\w+$/,
    form: 'https://hooks.slack.com/services/T…/B…/…',
  },
  {
    kind: 'discord',
    name: 'Discord',
    host: /^(?:(?:canary|ptb)\.)?discord(?:app)?\.com$/,
    place: /^\/api\/(?:v\d+\/)?webhooks\/\d+\/[\w-]+(?:\?[^#]*)?$/,
    form: 'https://discord.com/api/webhooks/…/…',
  },
  {
    kind: 'teams',
    name: 'Microsoft Teams',
    host: /\.logic\.azure\.(?:com|us|cn)$|\.api\.powerplatform\.[a-z.]+$|^api\.powerautomate\.com$/,
    place: /^\/(?:workflows|powerautomate)\/.+[?&]sig=/,
    form: 'https://….logic.azure.com/workflows/…&sig=…',
  },
  {
    kind: 'teams',
    name: 'Microsoft Teams',
    host: /\.webhook\.office\.com$|^outlook\.office(?:365)?\.com$/,
    // Connectors of Office 365, which Microsoft has retired.
    place: /^$/,
    form: 'that of a workflow, because Microsoft has retired connectors',
  },
  {
    kind: 'feishu',
    name: 'Feishu or Lark',
    // Flows have addresses too, which take other messages.
    host: /^(?:open|www)\.(?:feishu\.cn|larksuite\.com|larkoffice\.com)$/,
    place: /^\/open-apis\/bot\/v2\/hook\/[\w-]+$/,
    form: 'https://open.feishu.cn/open-apis/bot/v2/hook/…',
  },
  {
    kind: 'dingtalk',
    name: 'DingTalk',
    host: /^(?:oapi|api)\.dingtalk\.com$/,
    place: /^\/robot\/send\?access_token=\w+$/,
    form: 'https://oapi.dingtalk.com/robot/send?access_token=…',
  },
  {
    kind: 'wecom',
    name: 'WeCom',
    host: /^qyapi\.weixin\.qq\.com$/,
    place: /^\/cgi-bin\/webhook\/send\?key=[\w-]+$/,
    form: 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…',
  },
];

/**
 * The schema of a webhook's address as the vendor gives it out. It names the vendor if the address belongs to
 * another one, and accepts hosts that it doesn't know, which may be mirrors.
 */
export function webhookAddress(kind: DestinationKind) {
  return z
    .string()
    .trim()
    .min(1)
    .max(2048)
    .superRefine((raw, context) => {
      const fault = faultOfWebhook(kind, raw);
      if (fault) context.addIssue({ code: 'custom', message: fault.message, params: fault });
    });
}

function faultOfWebhook(
  kind: DestinationKind,
  raw: string,
): { message: string; code: 'wrong_url' | 'other_service' } | null {
  const wrong = faultOfWebUrl(raw);
  if (wrong) return { message: wrong, code: 'wrong_url' };
  const { hostname, protocol, pathname, search } = new URL(raw);
  const known = knownAddresses.find(({ host }) => host.test(hostname));
  if (!known) return null;
  if (known.kind !== kind) {
    const message = `is an address of ${known.name}, which is a kind of destination of its own`;
    return { message, code: 'other_service' };
  }
  const isComplete = protocol === 'https:' && known.place.test(`${pathname}${search}`);
  return isComplete ? null : { message: `must be like ${known.form}`, code: 'wrong_url' };
}
