import type { Adapter, DestinationKind } from './adapter.ts';
import { dingtalk } from './chat/dingtalk.ts';
import { discord } from './chat/discord.ts';
import { feishu } from './chat/feishu.ts';
import { matrix } from './chat/matrix.ts';
import { slack } from './chat/slack.ts';
import { teams } from './chat/teams.ts';
import { telegram } from './chat/telegram.ts';
import { wecom } from './chat/wecom.ts';
import { apprise } from './general/apprise.ts';
import { email } from './general/email.ts';
import { webhook } from './general/webhook.ts';
import { opsgenie } from './on-call/opsgenie.ts';
import { pagerduty } from './on-call/pagerduty.ts';
import { bark } from './push/bark.ts';
import { gotify } from './push/gotify.ts';
import { ntfy } from './push/ntfy.ts';
import { pushplus } from './push/pushplus.ts';
import { serverchan } from './push/serverchan.ts';

/** Every kind of destination, in the order in which a form offers them. */
export const adapters: Readonly<Record<DestinationKind, Adapter>> = {
  ...{ webhook, email },
  ...{ telegram, discord, slack, teams, matrix },
  ...{ feishu, dingtalk, wecom, serverchan, pushplus },
  ...{ bark, ntfy, gotify },
  ...{ pagerduty, opsgenie, apprise },
};

/** The names of a kind's fields that are sealed at rest and masked when they are read. */
export function secretFieldsOf(kind: DestinationKind): string[] {
  return adapters[kind].fields.flatMap(({ name, isSecret }) => (isSecret ? [name] : []));
}

/** What a form needs to ask for any destination, as JSON. */
export function describeAdapters() {
  return Object.values(adapters).map(({ kind, name, docs, fields, rateLimits }) => ({
    ...{ kind, name, docs, fields, rateLimits },
  }));
}
