import { all, anthropic, gemini, on, openai, responses, shows } from './complaint.ts';

/** The model isn't there, or isn't what it was taken for. */
export const modelComplaints = [
  ...all(
    shows.gone,
    openai(404, 'The model `gpt-9` does not exist or you do not have access to it.', {
      code: 'model_not_found',
    }),
    openai(503, '当前分组 default 下对于模型 gpt-4o 无可用渠道（distributor）', {
      type: 'new_api_error',
      code: 'model_not_found',
    }),
    openai(503, 'No available channel for model gpt-4o under group default', {
      type: 'new_api_error',
    }),
    openai(200, '分组 default 下模型 gpt-4o 的可用渠道不存在', { type: 'new_api_error' }),
    openai(503, 'no available accounts: no available accounts supporting model: gpt-4o'),
    openai(404, 'No endpoints found for openai/gpt-9.', { code: 404 }),
    openai(400, 'openai/gpt-9 is not a valid model ID', { code: 400 }),
    openai(400, 'Model Not Exist'),
    openai(404, 'The API deployment for this resource does not exist.', {
      code: 'DeploymentNotFound',
    }),
    openai(400, 'The model `llama-3` has been decommissioned and is no longer supported.', {
      code: 'model_decommissioned',
    }),
    {
      route: 'chat',
      status: 400,
      body: {
        code: 20012,
        message: 'Model does not exist. Please check it carefully.',
        data: null,
      },
    },
    anthropic(404, 'not_found_error', 'model: claude-9'),
    gemini(
      404,
      'NOT_FOUND',
      'models/gemini-9 is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.',
    ),
    openai(410, 'This model has gone'),
    on('embeddings', openai(404, '模型 bge-9 不存在')),
    responses(404, { error: 'no such model' }),
  ),
  ...all(
    shows.notChat,
    openai(400, 'This model only supports image generation.'),
    openai(404, 'gpt-image-9 is an image model. Please use the /v1/images/generations endpoint.'),
    openai(400, 'Model sora-9 does not support chat completions: text-to-video only.'),
    openai(500, '该模型为图像生成模型，不支持对话', { type: 'new_api_error' }),
    openai(
      404,
      'This is not a chat model and thus not supported in the v1/chat/completions endpoint. Did you mean to use v1/completions?',
      {
        param: 'model',
      },
    ),
  ),
];
