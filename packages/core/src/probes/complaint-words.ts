/**
 * The words by which providers and relays say what is wrong, in lower case. Their statuses and codes are
 * unreliable, so the words count first. Taken from the providers' documentation and public issues.
 */
const any = (...patterns: RegExp[]) =>
  new RegExp(patterns.map(({ source }) => `(?:${source})`).join('|'));

/** A client program; a model's name such as `gpt-5.1-codex` isn't one. */
const program =
  /(claude code|(?<![\w.-])codex(?![\w-])|gemini cli|official (client|cli)|cli client)/.source;

/** Only certain client programs may use the channel. */
export const gateWords = any(
  new RegExp(`(only|exclusively|restricted).{0,40}${program}`),
  new RegExp(`${program}.{0,24}(only|required|exclusive)`),
  new RegExp(
    `(requires?|must|please) (be )?(use |using |used (with|in|from) )?(the )?(official )?${program}`,
  ),
  new RegExp(`not (a )?(genuine|valid|real) ${program}|invalid ${program}`),
  /(unauthori[sz]ed|unsupported|unrecogni[sz]ed|disallowed) client\b(?! (id|secret|error|request|cert))/,
  /\bclient\b.{0,24} not (allowed|permitted|supported|authori[sz]ed|whitelisted)|third[- ]party (client|app|tool)/,
  /user[- ]agent.{0,40}(not allowed|forbidden|blocked|rejected|denied|not permitted)/,
  /(仅限|仅供|仅支持|仅允许|只允许|只能|只支持|限制).{0,24}(客户端|claude ?code|codex|cli\b)/,
  /非\s*(claude ?code|codex|官方客户端)|(请|须|必须)使用.{0,16}(客户端|claude ?code|codex)|客户端.{0,12}(不被允许|不允许|受限|未授权|不支持)|不支持的客户端/,
);

/** A limit that passes by itself, within minutes. */
export const perMinuteWords = /per[ _-]?(min(ute)?|sec(ond)?)\b|\/min\b|\b[rt]pm\b|每分钟|每秒/;
export const concurrencyWords =
  /并发|concurren(t|cy)|(too many|simultaneous|parallel).{0,16}(connections|sessions|in[- ]flight|parallel|simultaneous)|simultaneous requests/;
export const rateLimitWords =
  /rate.?limit|too many requests|resource_exhausted|throttl|请求(过于)?频繁|请求过快|频率|限流|限速|负载已饱和|slow down/;

/**
 * OpenAI names the model: "Rate limit reached for gpt-4o in organization …".
 * Source: https://platform.openai.com/docs/guides/rate-limits
 */
export const limitOfModelWords = /limit reached for \S+ (\(.{0,60}\) )?(in|on) /;
/** The request alone is larger than the limit of a minute. */
export const ownSizeWords =
  /request too large for|tokens must be reduced in order to run|reduce your message size/;

/** The account, or the key, has nothing left. */
export const quotaWords = any(
  /insufficient.{0,12}(quota|balance|credit|fund)|exceeded your (current )?quota|billing|(?<!load.?)\bbalance\b(?!r)/,
  /(out of|no|not enough|purchase|add|more) credits|credits?( balance)? (is |are |has been )?(exhausted|too low|depleted|used up|insufficient)/,
  /quota.{0,24}(exceed|exhaust|used up|not enough|insufficient|has run out)|(monthly|daily|weekly|usage|spend(ing)?) (usage )?limit.{0,16}(reached|exceeded|hit)|payment required|\barrearage\b/,
  /余额|额度|欠费|配额|充值|已用尽|用量.{0,8}(上限|超)/,
);
/** It would be enough for a smaller request. */
export const tooDearWords = /fewer max_tokens|can only afford|需要预扣费/;

/** The key is wrong, or the account can't be used. */
export const authWords = any(
  /authentication_error|permission_error|permission_denied|unauthenticated|unauthorized|access_denied|account_deactivated/,
  /(invalid|incorrect|wrong|missing|expired|revoked|disabled|unknown|no).{0,8}(api.?key|auth\b|authenticat|authoriz|credential|bearer|x-api-key)|api.?key.{0,24}(invalid|incorrect|expired|revoked|disabled|not (valid|found)|required|missing|deleted)/,
  /(invalid|expired|revoked) (access )?token(?!s| count| limit)|token (is |has )?(invalid|expired|revoked|been revoked)(?!.{0,12}limit)/,
  /(account|organi[sz]ation|workspace|\bkey\b).{0,24}(disabled|deactivated|suspended|banned|blocked|terminated|locked|restricted|frozen)|user.{0,12}(disabled|deactivated|suspended|banned)/,
  /账[号户].{0,12}(禁用|封|停用|冻结|异常|注销|过期)|(用户|令牌|密钥|渠道).{0,8}(封禁|禁用|停用)|(令牌|密钥|秘钥|api ?key|token).{0,8}(无效|错误|过期|失效|不存在|不正确)|无效的?.{0,4}(令牌|密钥|api ?key|token)|未提供.{0,4}(令牌|密钥)|鉴权|认证失败|身份验证|未授权/,
  /(do(es)?n[o']t|not) have (access|permission)|no (access|permission)|not (authori[sz]ed|permitted|allowed) to (use|access)|无权|没有权限/,
);

/**
 * Sentences about the account that come with a status that blames the request. They must begin the
 * message, where no client's text is; a relay's own words may come before.
 */
export const accountSentences = new RegExp(
  `^(?:[\\w.]*(?:error|exception)[\\s:-]+)*(?:\\{"type": ?"error", ?"error": ?\\{"type": ?"\\w+", ?"message": ?")?(?:${
    any(
      /your credit balance is too low|you exceeded your current quota|insufficient (account )?balance|(user )?quota is not enough|billing hard limit/,
      /(用户|账[号户]|令牌|该令牌)?(余额|额度)(不足|已用尽|已用完)|预扣费额度失败|账[号户](余额不足|已?欠费|已?被?(禁用|封禁|冻结|停用))/,
      /(this|your) (organi[sz]ation|account) (has been|is) (disabled|deactivated|suspended|banned|restricted)/,
      /(incorrect|invalid) (x-)?api[- ]key|api key (not valid|expired|not found|invalid)|无效的(令牌|密钥)/,
    ).source
  })`,
);
/** Whose permission is missing: the model's. */
export const ofModelWords = /model|deployment|模型/;

export const modelMissingWords = any(
  /model_not_found|deploymentnotfound|(model|模型|deployment).{0,80}(not found|does ?n[o']t exist|not exist|no longer (available|supported)|不存在|已下[线架]|未找到)/,
  /no such model|unknown model|invalid model|unsupported model|not a valid model|无可用渠道|没有可用.{0,4}渠道|not_found_error.{0,80}model/,
  /no (endpoints?|providers?|allowed providers).{0,24}(found|available|for)|no available (channels?|accounts?|providers?|deployments?)/,
  /(model|模型).{0,80}(deprecated|decommissioned|retired|sunset|shut ?down|discontinued|removed|end of life|停用|停止服务)|模型.{0,40}(不可用|未开放|未配置|无可用)|model.{0,40}(is )?not (available|enabled|configured|deployed)/,
);

/** The channel doesn't serve this wire format, at all or for this model. */
export const routeRefusedWords = any(
  /convert_request_failed|unsupported_api_for_model|not implemented|\bunimplemented\b|invalid url|cannot post|no route|no handler|method not allowed|page not found/,
  /(unknown|unsupported|invalid|no such|not supported) (endpoint|route|path|url|api\b)/,
  /(endpoint|route|path|url|interface|protocol).{0,60}(not (found|supported|implemented|allowed|exist|available)|unsupported|does ?n[o']t (exist|support))/,
  /(not|n't) support.{0,40}(endpoint|route|path|\/v1|protocol|responses api|messages api|completions? api)/,
  /(messages|responses|chat[ _/]?completions?|generatecontent|embeddings).{0,12}(is|are) not supported|not (be )?supported (by|on|in|at|via|through|with) (the |this )?(v1|\/|endpoint|route|api\b|responses|messages|chat)/,
  /only (be )?(supported|available|served|accessible|used) (in|at|on|via|through|with) .{0,16}(\/?v1|responses|messages|chat|endpoint)|(use|try|using|call) (the )?\S{0,40} (endpoint|api) instead|(please |must |should )use (the )?\S{0,40} (endpoint|api\b)/,
  /not (a chat model|supported in the v1)|接口不存在|(不支持|未实现|不存在).{0,12}(接口|端点|协议|路径)|(接口|端点|协议).{0,12}(不支持|未实现|不存在)/,
);

/** The model makes something else than text. */
export const notChatWords = any(
  /(only|exclusively|just).{0,32}(image|video|audio|speech|music|picture)|(image|video|audio|music)s?([- ]generation| model|[- ]only)/,
  /\/(images|videos?|audio)\/|(use|via|through).{0,24}(images?|videos?|audio|speech|rerank)( generations?)? (endpoint|api)/,
  /does ?n[o']t support (chat|conversation|text (generation|output|completion))|not (a|an) (chat|text|language|conversation)\w* model|text-to-(image|video|speech)/,
  /(图[像片]|视频|绘[图画]|生图|语音|音乐|音频)(生成)?.{0,8}(模型|接口)|不支持(对话|聊天|chat|文本)|非(对话|聊天|chat)模型/,
);
/** The model may still serve another text route, so this doesn't prove that it makes something else. */
export const notChatAlone = /not (a|an) chat model/;

/** The conversation is longer than the model reads. */
export const tooLongWords = any(
  /context.?(length|window)|maximum context|(prompt|input|request|message|conversation|payload)s? (is |are )?(too (long|large))|too many (input |prompt )?tokens|request_too_large|string_above_max_length|string too long/,
  /exceed.{0,48}(token|context|input|prompt).{0,16}(limit|length|window|allowed|count)|exceeds the maximum number of tokens|input tokens? exceed|reduce the length|maximum (input|prompt) (length|tokens)/,
  /上下文.{0,8}(长度|过长|超)|(输入|提示词|prompt).{0,8}(过长|超长|超出)|超[过出].{0,12}(最大长度|token ?数|上下文)/,
);

/** The question, or the answer, isn't allowed. */
export const policyWords = any(
  /content.?(policy|filter|management|moderation|safety|violation)|cyber_policy|data_?inspection|invalid_prompt|usage polic|acceptable use|prohibited.?content|harmful|flagged|moderation|inappropriate|sensitive (content|word|information)/,
  /(blocked|rejected|refused|denied|filtered).{0,32}(safety|policy|content)|safety (system|reasons|settings|filter)|responsible ai|violat/,
  /敏感|违规|不合规|内容安全|内容审核|风控|违反.{0,12}(规定|政策|法)|不当内容/,
);

/** The request refers to something that only another channel has, or that has gone. */
export const lostStateWords =
  /previous.?response|encrypted.?content|item with id|no such file|file.{0,24}not found|container.{0,24}(not found|expired)|conversation.{0,24}not found|(invalid|verify).{0,24}signature|thought.?signature|cached.?content.{0,24}not found/;

export const badRequestWords =
  /invalid_request|invalid_argument|bad_request|bad request|invalid.?parameter|invalid.?value|validation.?error|参数(错误|无效|不正确|不合法)/;
