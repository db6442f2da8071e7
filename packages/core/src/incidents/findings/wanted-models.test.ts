import { expect, test } from 'vitest';
import { createAliasIndex } from '../../names/alias-group.ts';
import { wantedModels } from './wanted-models.ts';

test('wanted is what keys name and what traffic asked for, by its public name', () => {
  const wanted = wantedModels({
    listed: ['Relay/gpt-5', 'o3', 'claude-*', 'tag:cheap', 'org/llama'],
    asked: ['models/gemini-3-pro', 'gpt-4o-2024'],
    aliases: createAliasIndex(['gpt-4o = gpt-4o-2024']),
  });
  for (const name of ['gpt-5', 'o3', 'llama', 'org/llama', 'gemini-3-pro', 'gpt-4o']) {
    expect(wanted, name).toContain(name);
  }
  for (const name of ['claude-*', 'tag:cheap', 'gpt-4o-2024'])
    expect(wanted, name).not.toContain(name);
});
