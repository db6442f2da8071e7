import manifest from '../../../package.json' with { type: 'json' };

/** The product's version, such as `1.2.0`. A release raises it in the root package.json. */
export const { version } = manifest;
