import { toolOf } from './one-api-addresses.ts';

/** Types whose protocol isn't spoken here, by the numbers that both tools share. */
const ofEither = [
  [3, 'Azure'],
  [11, 'PaLM'],
  [15, 'Baidu (v1)'],
  [16, 'Zhipu (v3)'],
  [18, 'Xunfei'],
  [21, 'AI Proxy Library'],
  [23, 'Tencent'],
  [33, 'AWS Bedrock'],
] as const;
const unknownTool = new Map<number, string>(ofEither);
const ofOneApi = new Map<number, string>([
  ...ofEither,
  [34, 'Coze'],
  [37, 'Cloudflare'],
  [38, 'DeepL'],
  [42, 'Vertex AI'],
  [46, 'Replicate'],
]);
const ofNewApi = new Map<number, string>([
  ...ofEither,
  [2, 'Midjourney'],
  [5, 'Midjourney Plus'],
  [36, 'Suno'],
  [37, 'Dify'],
  [39, 'Cloudflare'],
  [41, 'Vertex AI'],
  [49, 'Coze'],
  [50, 'Kling'],
  [51, 'Jimeng'],
  [52, 'Vidu'],
  [54, 'Doubao Video'],
  [56, 'Replicate'],
]);

/**
 * The name of a row's type if requests to it would need another protocol than those that are spoken here; null
 * otherwise. The numbers are those of one-api's `relay/channeltype/define.go` and new-api's
 * `constant/channel.go`.
 */
export function foreignProtocolOf(type: number, row: object): string | null {
  const tool = toolOf(row);
  const types = tool === null ? unknownTool : { oneApi: ofOneApi, newApi: ofNewApi }[tool];
  return types.get(type) ?? null;
}
