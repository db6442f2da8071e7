import { describe, expect, it } from 'vitest';
import { failed, sampleChannel, sampleModel } from '../../test/sample-channel.ts';
import {
  matchesFilter,
  modelMatcher,
  noFilter,
  readViewState,
  tagsOfChannels,
  writeViewState,
} from './filter-channels.ts';

const channel = sampleChannel({
  name: 'Tokyo relay',
  latest_models: [
    sampleModel({ model: 'gpt-4o' }),
    sampleModel({ model: 'claude-opus-4', protocol: 'anthropic' }),
  ],
});

describe('the filter', () => {
  it.each([
    ['tokyo', true],
    ['AURORA.example', true],
    ['tokyo opus', true],
    ['tokyo gemini', false],
    ['  ', true],
  ])('finds by every word in name, address and models: %s', (query, matches) => {
    expect(matchesFilter(channel, { ...noFilter, query })).toBe(matches);
  });

  it('filters by trouble, pauses and runs', () => {
    const latest_models = [sampleModel({ model: 'a', evidence: [failed()] }), sampleModel()];
    const troubled = sampleChannel({ latest_models });
    expect(matchesFilter(troubled, { ...noFilter, status: 'trouble' })).toBe(true);
    expect(matchesFilter(troubled, { ...noFilter, status: 'healthy' })).toBe(false);
    const paused = { ...troubled, enabled: false };
    expect(matchesFilter(paused, { ...noFilter, status: 'trouble' })).toBe(false);
    expect(matchesFilter(paused, { ...noFilter, status: 'disabled' })).toBe(true);
    expect(matchesFilter({ ...paused, running: true }, { ...noFilter, status: 'running' })).toBe(
      true,
    );
  });

  it('filters by the protocols of a channel', () => {
    expect(matchesFilter(channel, { ...noFilter, protocol: 'anthropic' })).toBe(true);
    expect(matchesFilter(channel, { ...noFilter, protocol: 'gemini' })).toBe(false);
  });

  it('filters by a tag in whatever case, and finds it by its name', () => {
    const tagged = sampleChannel({ tags: ['EU', 'cheap'] });
    expect(matchesFilter(tagged, { ...noFilter, tag: 'eu' })).toBe(true);
    expect(matchesFilter(tagged, { ...noFilter, tag: 'e' })).toBe(false);
    expect(matchesFilter(channel, { ...noFilter, tag: 'eu' })).toBe(false);
    expect(matchesFilter(tagged, { ...noFilter, query: 'cheap' })).toBe(true);
    expect(tagsOfChannels([tagged, sampleChannel({ tags: ['eu', 'asia'] })])).toEqual([
      ...['asia', 'cheap', 'EU'],
    ]);
  });

  it('narrows the models to the words that are not about the channel', () => {
    const matches = modelMatcher(channel, { ...noFilter, query: 'tokyo opus' });
    expect([matches('gpt-4o'), matches('claude-opus-4')]).toEqual([false, true]);
    expect(modelMatcher(channel, { ...noFilter, query: 'tokyo' })('gpt-4o')).toBe(true);
  });
});

describe('the address', () => {
  it('keeps the view', () => {
    const filter = {
      ...{ query: 'gpt 4&', tag: 'EU' },
      status: 'trouble',
      protocol: 'gemini',
    } as const;
    const search = writeViewState({ filter, openIds: [3, 7] });
    expect(search).toBe('?q=gpt+4%26&status=trouble&protocol=gemini&tag=EU&open=3,7');
    expect(readViewState(search)).toEqual({ filter, openIds: [3, 7] });
    expect(writeViewState({ filter: noFilter, openIds: [] })).toBe('');
  });

  it('treats invalid values as absent', () => {
    const { filter, openIds } = readViewState('?status=odd&protocol=1&open=2,x,-1,2,1.5');
    expect(filter).toEqual(noFilter);
    expect(openIds).toEqual([2]);
  });
});
