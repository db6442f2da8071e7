import { describe, expect, it } from 'vitest';
import { analysisTexts } from '../i18n/analysis-texts.ts';
import { translatorFor } from '../i18n/translate.ts';
import { readAnalysisAddress, writeAnalysisAddress } from './analysis-address.ts';
import { chartCells, chartRows, chartViews } from './chart-view.ts';
import { type Analysis, figureLine, type NamedFigures } from './figures.ts';
import { heatCell, heatLevelOf, heatRow, stepAt } from './heat-map.ts';

const en = translatorFor('en', analysisTexts);

function figures(given: Partial<NamedFigures> = {}): NamedFigures {
  return {
    target_id: 1,
    target_name: 'Aurora',
    model: 'gpt-4o',
    protocol: 'openai',
    probes: 4,
    wrong_answers: 0,
    successes: 3,
    availability: 75,
    latency_p50_s: 1,
    latency_p95_s: 2,
    first_token_p50_s: 0.5,
    first_token_p95_s: 0.9,
    errors: [{ kind: 'timeout', count: 1 }],
    series: {
      probes: [0, 4],
      wrong_answers: [0, 0],
      successes: [0, 3],
      availability: [null, 75],
      latency_p50_s: [null, 1],
      latency_p95_s: [null, 2],
      first_token_p50_s: [null, 0.5],
      first_token_p95_s: [null, 0.9],
      errors: [{ kind: 'timeout', counts: [0, 1] }],
    },
    ...given,
  };
}

const analysis: Analysis = {
  range: '24h',
  from: 3600,
  to: 9000,
  step_s: 3600,
  accuracy: 0.02,
  steps: [3600, 7200],
  total: figures(),
  items: [figures()],
};

describe('the charts', () => {
  const views = chartViews(analysis, [{ name: 'All', figures: figures() }], en);

  it('leave a gap where nothing was checked, and never say 0 %', () => {
    const [availability] = views;
    expect(availability?.series[0]?.values).toEqual([null, 75]);
    expect(views.map((view) => view.id)).toEqual([
      'availability',
      'outcomes',
      'latency',
      'first_token',
      'errors',
    ]);
  });

  it('add up the passed and failed checks of all compared models', () => {
    const both = [figures(), figures()].map((it, index) => ({ name: `m${index}`, figures: it }));
    const outcomes = chartViews(analysis, both, en)[1];
    expect(outcomes?.series.map((it) => it.values)).toEqual([
      [0, 6],
      [0, 2],
    ]);
  });

  it('tell wrong answers from right ones, if there are any', () => {
    const doubtful = figures({ wrong_answers: 1 });
    doubtful.series.wrong_answers = [0, 1];
    const outcomes = chartViews(analysis, [{ name: 'All', figures: doubtful }], en)[1];
    expect(outcomes?.series.map(({ name, color, values }) => [name, color, values])).toEqual([
      ['Passed', 'ok', [0, 2]],
      ['Wrong answers', 'warn', [0, 1]],
      ['Failed', 'bad', [0, 1]],
    ]);
    const named = { key: '1', name: 'All', href: '' };
    expect(figureLine(named, doubtful, en).errors).toBe('Timed out 1 · Wrong answers 1');
  });

  it('stack the errors of all compared models by kind, the most frequent first', () => {
    const other = figures();
    other.series.errors = [
      { kind: 'timeout', counts: [1, 0] },
      { kind: 'auth', counts: [5, 5] },
    ];
    const both = [figures(), other].map((it, index) => ({ name: `m${index}`, figures: it }));
    const [errors] = chartViews(analysis, both, en).slice(-1);
    expect(errors?.series.map(({ name, values }) => [name, values])).toEqual([
      ['Key refused', [5, 5]],
      ['Timed out', [1, 1]],
    ]);
    const withoutErrors = { ...figures().series, errors: [] };
    const whole = [{ name: 'All', figures: figures({ series: withoutErrors }) }];
    expect(chartViews(analysis, whole, en).map(({ id }) => id)).not.toContain('errors');
  });

  it('have a table with rounded values and a file with exact ones', () => {
    const latency = views[2];
    if (!latency) throw new Error('there is a latency chart');
    expect(chartRows(latency).map((row) => row.cells)).toEqual([
      ['—', '—'],
      ['1.00 s', '2.00 s'],
    ]);
    expect(chartCells(latency, analysis.steps)).toEqual({
      header: ['time', 'All p50', 'All p95'],
      rows: [
        ['1970-01-01T01:00:00.000Z', null, null],
        ['1970-01-01T02:00:00.000Z', 1, 2],
      ],
    });
  });
});

describe('the heat map', () => {
  it.each([
    [null, 'void'],
    [0, 'none'],
    [40, 'low'],
    [75, 'fair'],
    [99.9, 'high'],
    [100, 'full'],
  ] as const)('%s percent is %s', (percent, level) => expect(heatLevelOf(percent)).toBe(level));

  it('puts each step into the path of its level', () => {
    const row = heatRow(figures(), en);
    expect(row.paths.void.startsWith('M0.04 ')).toBe(true);
    expect(row.paths.fair.startsWith('M1.04 ')).toBe(true);
    expect(row.label).toBe('gpt-4o: available 75%, 4 checks');
  });

  it('finds the step under a position and says what is in it', () => {
    expect([stepAt(0, analysis), stepAt(0.6, analysis), stepAt(1, analysis)]).toEqual([0, 1, 1]);
    expect(heatCell(figures(), 1, en)).toMatchObject({ tone: 'warn', verdict: 'gpt-4o · 75%' });
    expect(heatCell(figures(), 0, en)).toMatchObject({ tone: 'idle', verdict: 'gpt-4o · —' });
  });
});

it('the address keeps the view, with six models at most', () => {
  const search = '?target_id=3&range=30d&model=a%2Fb&model=c&across=c';
  expect(writeAnalysisAddress(readAnalysisAddress(search))).toBe(search);
  const many = '?target_id=3&model=1&model=2&model=3&model=4&model=5&model=6&model=7&model=1';
  expect(readAnalysisAddress(many).models).toHaveLength(6);
});
