/** The states that every page may be in, and what the pages with figures share. */
export const page = {
  'page.skip': 'Skip to the content',
  'page.loading': 'Loading',
  'page.failed.title': 'This could not be loaded',
  'page.missing.title': 'There is nothing here',
  'page.missing.home': 'All channels',
  'page.forbidden.title': 'Not for visitors',
  'page.forbidden.body':
    'What the gateway served is shown to holders of the API token, not of a visitor’s.',
} as const satisfies Record<string, string>;
