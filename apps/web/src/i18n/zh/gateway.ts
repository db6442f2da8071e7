import type { gateway as en } from '../en/gateway.ts';
import type { ZhOf } from '../zh-of.ts';

export const gateway: ZhOf<typeof en> = {
  'gateway.title': '使用网关',
  'gateway.intro':
    '任何支持 OpenAI、Anthropic 或 Google 接口的客户端都能使用网关：填上本服务器的地址和一个专用密钥即可。请求只会发往刚刚验证可用的模型；如果某个渠道在首个有效 token 之前失败，会自动换到下一个可用渠道。',
  'gateway.setup': '示例设置',
  'gateway.setup.hint':
    '这里填写的内容会出现在下面每个示例中。密钥只留在本页面，不会发送，也不会保存。',
  'gateway.setup.where': '密钥在管理页面中创建。',
  'gateway.address': '网关地址',
  'gateway.key': '代理密钥',
  'gateway.model': '模型',
  'gateway.model.hint': '按客户端自动选择',
  'gateway.models.loading': '正在查询可用模型…',
  'gateway.models.locked': '输入访问令牌（右上角的钥匙）后，这里会列出可用模型。',
  'gateway.models.failed': '无法加载可用模型。',
  'gateway.models.ready.other': '当前有 {count} 个名称可用，输入即可选择。',
  'gateway.copy': '复制 {what}',
  'gateway.group.http': '直接调用',
  'gateway.group.sdk': '开发库',
  'gateway.group.cli': '编程助手',
  'gateway.group.app': '聊天应用',
  'gateway.reference': '参考',

  'gateway.note.curl':
    '密钥可以放在 Authorization、x-api-key、x-goog-api-key 或 ?key= 中，任选其一。路径也可以不带 /v1。',
  'gateway.note.openai': '地址以 /v1 结尾。对话、Responses、向量、图片、语音和审核接口用法相同。',
  'gateway.note.anthropic': '地址不带 /v1，开发库会自行添加。渠道支持计数接口时会原样转发。',
  'gateway.note.google': '地址不带版本号，开发库会自行添加 /v1 或 /v1beta。',
  'gateway.note.claude_code':
    '地址不带 /v1。请不要设置 ANTHROPIC_API_KEY，以免冲突；用 /status 可查看当前地址。第二个模型处理后台小任务，选便宜的即可。',
  'gateway.note.codex':
    'Codex 只使用 Responses 接口，请选择渠道在该接口上提供的模型。配置文件里写的是存放密钥的变量名，而不是密钥本身。通过 WebSocket 时，每一步只发送新增的内容；如果前面的代理不支持协议升级，Codex 会改用普通请求。',
  'gateway.note.gemini_cli':
    '设置文件指定用密钥登录；没有它时会询问登录方式（选 “Use Gemini API key”），而 gemini -p 会拒绝启动。地址不带版本号。',
  'gateway.note.opencode':
    '写在项目的 opencode.json 或 ~/.config/opencode 中。每个要选用的模型都需要一项。',
  'gateway.note.qwen_code':
    '地址以 /v1 结尾。如果 Qwen Code 询问登录方式，请选择 OpenAI 兼容接口。',
  'gateway.note.cherry':
    '设置 → 模型服务 → 添加，类型选 OpenAI。地址不带 /v1，末尾也不要斜杠，其余部分由 Cherry Studio 补全。点“管理”即可列出可用模型；类型选 Anthropic 或 Gemini 时，地址和密钥相同。',
  'gateway.note.open_webui':
    '也可以手动设置：管理员设置 → 外部连接 → OpenAI，填入此地址和密钥。模型列表来自网关，失效的模型会自动消失。在容器里 localhost 指容器自身，请改用主机名。',
  'gateway.note.lobechat':
    '也可以手动设置：设置 → AI 服务商 → OpenAI，把此地址填为代理地址。更多模型用逗号分隔，每个前面加上加号。',

  'gateway.naming': '模型名称',
  'gateway.naming.pinned': '指定渠道的模型：渠道名、斜杠、渠道里的模型名（模型名可以含斜杠）。',
  'gateway.naming.bare':
    '任意可用渠道上的该模型。优先选择验证最新的渠道，其次选择更快的，除非服务器设为按顺序或轮流。服务器可以关闭此功能（PROXY_BARE_MODELS）。',
  'gateway.naming.alias':
    '渠道可以为其模型设置别名。别名可单独使用，也可写在渠道名之后，并会列在 /v1/models 中。如果别名与该渠道另一模型的 ID 相同，以别名为准。',
  'gateway.naming.group':
    '管理后台合并为一个模型的多个名称。请求其中任一名称，都会发往拥有其中之一的最佳渠道，每个渠道使用自己的名称。“渠道/名称”同样适用。',
  'gateway.naming.keys': '密钥可使用的模型',
  'gateway.naming.keys.exact': '该渠道的该模型。斜杠前的内容视为渠道名。',
  'gateway.naming.keys.bare': '所有渠道上同名的模型。如果模型 ID 含斜杠，请写成 */vendor/model。',
  'gateway.naming.keys.pattern':
    '星号代表渠道名或模型名中的任意文本，不会跨越两者之间的斜杠。通配符只允许它匹配的 ID 和别名，因此新的名称分组不会扩大其范围。',
  'gateway.naming.keys.tag': '带有该标签（不区分大小写）的渠道的全部模型。',
  'gateway.naming.header': '渠道编号，作为请求头或 ?target_id= 发送，把模型名固定到该渠道。',
  'gateway.naming.list':
    'GET /v1/models 列出最近一次检测通过、且密钥有权使用的模型，格式按请求头决定：OpenAI、Anthropic 或 Google。',
  'gateway.naming.session':
    '带有 session-id、x-session-affinity 或 x-claude-code-session-id 的对话，在渠道健康时会一直留在同一渠道，以便利用提示词缓存。',

  'gateway.price': '最便宜的渠道',
  'gateway.price.intro':
    '使用 PROXY_ROUTING=price、同名设置或密钥自己的策略时，请求会发往费用最低的渠道。验证和优先级仍然在前：只比较同样已验证的渠道。',
  'gateway.price.cost': '如何计算费用',
  'gateway.price.cost.text':
    '渠道对该模型的价格乘以倍率，按请求的估算输入和回答计算：回答取 max_tokens，但不超过典型的 500。价格未知的渠道排在最后。',
  'gateway.price.tolerance': '费用在最低价的这一倍数以内的渠道中，最快者优先；默认 1.05。',
  'gateway.price.conversation': '会话',
  'gateway.price.conversation.text':
    '渠道上次从缓存读取的部分按缓存价计算，换到别处则按写入缓存计算。只有这样仍然更便宜时，会话才会换渠道。',
  'gateway.price.ceiling':
    '密钥的上限：每百万输入或输出 token 最高的价格。更贵的渠道返回 403；价格未知的也是，除非密钥允许。',
  'gateway.price.explained':
    '显示每个渠道的价格、来源、倍率，以及一个有 input_tokens 和 output_tokens 的请求在那里的费用。',
  'gateway.objects': '文件、批处理和已保存的回答',
  'gateway.objects.intro':
    '渠道保存的内容按编号在原渠道找回，引用它的请求也会发到那里。你的密钥只能看到用它创建的内容。列表显示一个渠道中的内容：最近使用的渠道，或 X-Target-Id 指定的渠道。',
  'gateway.objects.responses': '读取、流式读取、取消或删除已保存的回答，包括在后台生成的回答。',
  'gateway.objects.files':
    '上传会发到你最近上传所在的渠道，否则发到第一个接受它的渠道。表单字段或查询参数 model、或 X-Target-Id 可指定其他渠道。',
  'gateway.objects.batches':
    '批处理发到其文件所在的渠道，或能提供其中所有模型的渠道；密钥必须有权使用这些模型。有每分钟限制或预算的密钥不能创建批处理。',
  'gateway.objects.caches': '缓存发到提供其模型的渠道。',

  'gateway.sockets': 'WebSocket',
  'gateway.sockets.responses':
    '与 OpenAI 相同：每个 response.create 帧相当于一个 POST 请求，限制和故障切换也相同。各帧依次处理，previous_response_id 可接续该连接的上一个回答。',
  'gateway.sockets.realtime': '实时会话会发往一个渠道；在有渠道接通之前，可以换到下一个。',
  'gateway.sockets.browser':
    '浏览器把密钥作为子协议 openai-insecure-api-key.<key> 发送，其页面须列在 PROXY_CORS_ORIGINS 中。关闭 WebSocket（PROXY_WEBSOCKET）时返回 426。',

  'gateway.reaching': '连接渠道',
  'gateway.reaching.intro':
    '每个渠道都可以有自己的连接方式。渠道的这些字段对检测和你的请求同样有效，从下一个请求起生效。',
  'gateway.reaching.proxy':
    'http://、https:// 或 socks5:// 代理，可带用户名和密码。未填写时使用 UPSTREAM_PROXY，或系统的 HTTPS_PROXY 和 HTTP_PROXY，NO_PROXY 中的除外；direct 表示不使用代理。',
  'gateway.reaching.headers': `每个请求增加或去掉的请求头。\${client:Name} 复制你的请求头。凭据和连接相关的请求头不能修改。`,
  'gateway.reaching.certificates': '除系统证书外，自己的证书颁发机构；或完全不验证证书。',
  'gateway.reaching.paths': '渠道在非通常路径上提供某种格式，或不提供该格式。',
  'gateway.reaching.overrides': '在你的请求体中设置、补充或删除的字段。检测不使用它们。',
  'gateway.reaching.tags': '用于在首页筛选渠道、批量操作，也可在密钥中写作 tag:名称。',
  'gateway.reaching.test':
    '渠道表单中的“测试”会在保存前尝试以上设置：获取模型列表并向一个模型提问。',
  'gateway.errors': '错误',
  'gateway.errors.intro':
    '网关自身的错误使用调用方的格式，开发库会像原厂错误一样显示。渠道返回的错误原样透传。',
  'gateway.errors.400': '请求体不是 JSON，或没有写模型。',
  'gateway.errors.401': '没有密钥，密钥未知，或已暂停、过期、撤销。',
  'gateway.errors.402':
    '密钥的预算已用完，且一分钟内不会重置。错误信息说明是哪项预算、何时重置。SDK 不会重试。',
  'gateway.errors.403': '密钥无权使用该渠道或该模型。',
  'gateway.errors.404':
    '没有渠道提供该模型或支持此格式，或它在所有渠道上失败的时间都已超过检测间隔：错误信息会说明起始时间和原因。',
  'gateway.errors.413': '请求体超过服务器允许的大小。',
  'gateway.errors.429':
    '密钥已用完本分钟的额度，或剩余预算已被进行中的请求预留，或密钥未知且你的地址发来了太多未知密钥，或提供该模型的渠道都被限流；retry-after 会给出等待时间。',
  'gateway.errors.502': '无法连接渠道。',
  'gateway.errors.503':
    '提供该模型的渠道都在失败后暂停，或刚开始失败，还不到一个检测间隔。retry-after 会给出重试时间，开发库会自动重试。',
  'gateway.errors.504': '回答未能按时开始。',
  'gateway.errors.508': '提供该模型的渠道都指回了本服务器。',
  'gateway.errors.midway': '中途断开的流会以同一格式的错误事件结束，绝不会伪装成完整的回答。',

  'gateway.headers': '响应头',
  'gateway.headers.intro': '除渠道自己的响应头外，每个回答都会说明它来自哪里。',
  'gateway.headers.target': '提供服务的渠道编号。',
  'gateway.headers.model': '渠道里的模型名。',
  'gateway.headers.attempts': '尝试过的渠道数。',
  'gateway.headers.evidence': '对该渠道上此模型的了解，例如 proven 或 unproven。',
  'gateway.headers.proof': '距离该模型上次在此得到验证的秒数。',
  'gateway.headers.request': '该请求在服务器记录中的编号，排查问题时请附上。',

  'gateway.limits': '限制',
  'gateway.limits.body': '请求体',
  'gateway.limits.body.text': '50 MB，可用 PROXY_BODY_MAX_MB 调整。',
  'gateway.limits.first': '首个 token',
  'gateway.limits.first.text':
    '只要还有其他渠道可用，流的时限为模型通常耗时的三倍，介于 10 到 60 秒之间，长提示词会更长；渠道可在表单的“首个 token 时限”中自行设定。所有渠道合计的时限为设置中的等待时间，通常 120 秒。最后一个渠道用它自己的超时时间；若模型通常耗时的三倍更长，则以其为准。非流式回答的时限与流中的静默相同。',
  'gateway.limits.wait': '等待',
  'gateway.limits.wait.text':
    '流静默 15 秒后会收到一条客户端忽略的注释，以免被中间代理断开。如果这发生在回答之前，响应头里就没有渠道信息，错误会以事件形式给出，其中带有状态码。非流式回答没有注释。',
  'gateway.limits.idle': '流中的静默',
  'gateway.limits.idle.text': '300 秒，可用 PROXY_IDLE_TIMEOUT_S 调整。整个流没有时长限制。',
  'gateway.limits.attempts': '尝试次数',
  'gateway.limits.attempts.text':
    '一个请求最多尝试 4 个渠道（PROXY_MAX_ATTEMPTS），且都在首个 token 之前。',
  'gateway.limits.key': '密钥',
  'gateway.limits.key.text':
    '每分钟请求数和 token 数、到期日、渠道和模型，按密钥的设置执行。进行中的请求会按其内容和允许的最长回答预留 token。主令牌没有限制。',
  'gateway.limits.budget': '预算',
  'gateway.limits.budget.text':
    '按密钥设置：每天、每月和总共可用的金额、请求数和 token 数；日和月按其时区开始。发往渠道的请求才计数，列表和 token 计数不算。进行中的请求会预留可能的费用。金额用完后，免费模型仍可使用。',
  'gateway.limits.usage':
    '密钥预算的已用、剩余和重置时间。/v1/dashboard/billing/subscription 和 /v1/dashboard/billing/usage 以 OpenAI 的格式给出金额。',
};
