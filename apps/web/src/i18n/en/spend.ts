/** `/spend.html`: what requests and checks cost. */
export const spend = {
  'spend.intro':
    'What the gateway’s requests cost, at the prices of their time. Days are those of {zone}.',
  'spend.intro.checks': 'Checks of so long ago are added up by UTC day.',
  'spend.range.today': 'Today',
  'spend.range.7d': '7 days',
  'spend.range.30d': '30 days',
  'spend.range.month': 'This month',
  'spend.range.custom': 'From – to',
  'spend.from': 'First day',
  'spend.to': 'Last day',
  'spend.total': 'Requests cost',
  'spend.cost': 'Cost',
  'spend.mean': 'Mean per request',
  'spend.probes': 'Checks',
  'spend.probe_requests.one': '{number} request',
  'spend.probe_requests.other': '{number} requests',
  'spend.chart': 'By day',
  'spend.others': 'Others',
  'spend.by.model': 'By model',
  'spend.by.channel': 'By channel',
  'spend.by.key': 'By key',
  'spend.by.tag': 'By tag',
  'spend.overlap':
    'A channel with several tags counts under each, so the tags add up to more than the total.',
  'spend.unpriced.one':
    'The cost of some requests of {count} model isn’t known, so they aren’t in the sums:',
  'spend.unpriced.other':
    'The cost of some requests of {count} models isn’t known, so they aren’t in the sums:',
  'spend.unpriced.link': 'Prices',
  'spend.empty.title': 'Nothing was spent in these days',
  'spend.empty.body':
    'Costs appear here once clients use the gateway or channels are checked. Give a client a key and point it at /v1.',
  'spend.empty.guide': 'How to use the gateway',
  'spend.empty.keys': 'Keys',
} as const satisfies Record<string, string>;
