const openAi = 'https://api.openai.com';
const gemini = 'https://generativelanguage.googleapis.com';
const alibaba = 'https://dashscope.aliyuncs.com/compatible-mode';
const cohere = 'https://api.cohere.ai/compatibility';
const deepSeek = 'https://api.deepseek.com';
const miniMax = 'https://api.minimaxi.com';
const mistral = 'https://api.mistral.ai';
const siliconFlow = 'https://api.siliconflow.cn';
const xAi = 'https://api.x.ai';

/** Types from before the forks: their numbers mean the same in every descendant of one-api. */
const addressByType = new Map([
  [1, openAi],
  [2, 'https://oa.api2d.net'],
  [5, 'https://api.openai-sb.com'],
  [6, 'https://api.openaimax.com'],
  [7, 'https://api.ohmygpt.com'],
  [9, 'https://api.caipacity.com'],
  [10, 'https://api.aiproxy.io'],
  [12, 'https://api.api2gpt.com'],
  [13, 'https://api.aigc2d.com'],
  [14, 'https://api.anthropic.com'],
  [17, alibaba],
  [19, 'https://api.360.cn'],
  [20, 'https://openrouter.ai/api'],
  [22, 'https://fastgpt.run/api/openapi'],
]);

/** Types that mean the same in one-api and new-api, but not in others: one-hub's 25 is Gemini. */
const ofEither = [
  [24, gemini],
  [25, 'https://api.moonshot.cn'],
  [31, 'https://api.lingyiwanwu.com'],
] as const;

/** Other numbers mean one thing in one-api and another in new-api. */
const ofOneApi = new Map([
  ...ofEither,
  [4, 'https://api.closeai-proxy.xyz'],
  [26, 'https://api.baichuan-ai.com'],
  [27, miniMax],
  [28, mistral],
  [29, 'https://api.groq.com/openai'],
  [32, 'https://api.stepfun.com'],
  [35, cohere],
  [36, deepSeek],
  [39, 'https://api.together.xyz'],
  [41, 'https://api.novita.ai/openai'],
  [44, siliconFlow],
  [45, xAi],
  [48, 'https://spark-api-open.xf-yun.com'],
  [49, alibaba],
  [51, gemini],
]);

const ofNewApi = new Map([
  ...ofEither,
  [34, cohere],
  [35, miniMax],
  [38, 'https://api.jina.ai'],
  [40, siliconFlow],
  [42, mistral],
  [43, deepSeek],
  [44, 'https://api.moka.ai'],
  [48, xAi],
  [53, 'https://llm.submodel.ai'],
  [55, openAi],
]);

/** Columns that only one of the two has in its table of channels. */
const columnsOfOneApi = ['config', 'system_prompt'];
const columnsOfNewApi = ['auto_ban', 'openai_organization', 'channel_info'];

/**
 * The address of a row of one-api, new-api or a descendant that names none; undefined if it isn't known.
 * The addresses are those of one-api's `relay/channeltype/url.go` and new-api's `constant/channel.go`. If
 * those lead to a provider's proprietary API, its documented OpenAI-compatible one is used instead
 * (Alibaba, Cohere, MiniMax, Novita). Left out are types without a protocol that is probed here, or not
 * below /v1 (Baidu, Zhipu, Tencent, Volcengine, Perplexity), and those on the machine itself (Ollama).
 */
export function addressOfType(type: number, row: object): string | undefined {
  const tool = toolOf(row);
  // If the columns don't show which tool the row is from, its key might go to the wrong provider.
  const own = tool === null ? undefined : { oneApi: ofOneApi, newApi: ofNewApi }[tool].get(type);
  return own ?? addressByType.get(type);
}

/** Which tool a row is from, by its columns; null if they don't show it. */
export function toolOf(row: object): 'oneApi' | 'newApi' | null {
  const has = (columns: string[]) => columns.some((column) => column in row);
  const [isOneApi, isNewApi] = [has(columnsOfOneApi), has(columnsOfNewApi)];
  if (isOneApi === isNewApi) return null;
  return isOneApi ? 'oneApi' : 'newApi';
}
