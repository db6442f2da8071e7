import type { DestinationKind } from '../src/adapter.ts';

/** A valid config of each kind. */
export const exampleConfigs: Record<DestinationKind, Record<string, unknown>> = {
  webhook: { url: 'https://hooks.example.com/in/8f14e45fceea167a' },
  email: { host: 'smtp.example.com', from: 'monitor@example.com', to: ['ops@example.com'] },
  telegram: {
    bot_token: '123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw',
    chat_id: '-1001234567890',
  },
  discord: {
    webhook_url: 'https://discord.com/api/webhooks/223704706495545344/3d89bb7572e0fb30d8',
  },
  slack: { webhook_url: 'https://hooks.slack.com/services/T00000000/B00000000/aBcDeFgHiJkLmN' },
  teams: {
    webhook_url:
      'https://prod-01.westeurope.logic.azure.com:443/workflows/0a1b2c3d/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers&sv=1.0&sig=Kd83hdkHs8HDk2',
  },
  matrix: {
    server: 'https://matrix.example.com',
    access_token: 'syt_bW9uaXRvcg_aBcDeFgHiJ',
    room_id: '!abcdef:example.com',
  },
  feishu: {
    webhook_url:
      'https://open.feishu.cn/open-apis/bot/v2/hook/0a1b2c3d-1111-2222-3333-444455556666',
    secret: 'Ab3dEf6hIj9lMn2pQr5tUv',
  },
  dingtalk: {
    webhook_url:
      'https://oapi.dingtalk.com/robot/send?access_token=6f5902ac237024bdd0c176cb93063dc4',
    secret: 'SEC8f14e45fceea167a5a36dedd4bea2543',
  },
  wecom: {
    webhook_url:
      'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa',
  },
  serverchan: { send_key: 'SCT123456TabcdefGHIJKLmnop' },
  pushplus: { token: 'be8652e98bd04139a13e1bffcd6d0f71' },
  bark: { device_key: 'ynJ5Ft4atkMkWeo2PAvFhF' },
  ntfy: { topic: 'api-monitor-8f14e45f', token: 'tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2' },
  gotify: { server: 'https://gotify.example.com/push', token: 'AbCdEf123456789' },
  pagerduty: { routing_key: 'a0b1c2d3e4f5a0b1c2d3e4f5a0b1c2d3' },
  opsgenie: { api_key: 'eb243592-faa2-4ba2-a551q-1afdf565c889' },
  apprise: { server: 'http://apprise.example.com:8000', key: 'operators' },
};
