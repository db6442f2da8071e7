import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';

export type { Logger };

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

// Values under these names are never logged.
const secretNames = [
  'api_key',
  'apiKey',
  'token',
  'password',
  'secret',
  'authorization',
  'cookie',
  'x-api-key',
  'x-goog-api-key',
];

const bufferedLogBytes = 1024 * 1024;

const bearer = /\b(Bearer\s+)[^\s"',]+/gi;
const secretInQuery = /([?&](?:token|key|api_key)=)[^&\s"]+/gi;

/** A JSON-lines logger that writes no secrets, neither in fields nor inside texts. */
export function createLogger(
  options: { name: string; level: LogLevel },
  destination?: DestinationStream,
): Logger {
  const settings = {
    name: options.name,
    level: options.level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    redact: {
      paths: secretNames.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
      censor: '[secret]',
    },
    hooks: { streamWrite: withoutSecrets },
  };
  return pino(settings, destination ?? openStdout());
}

/** A full disk doesn't end the process: up to 1 MB of the newest lines wait for the next write. */
function openStdout(): DestinationStream {
  const stdout = pino.destination({ dest: 1, sync: false, maxLength: bufferedLogBytes });
  stdout.on('error', () => {});
  return stdout;
}

/** Removes bearer tokens and secret query parameters. */
function withoutSecrets(text: string): string {
  return text.replace(bearer, '$1[secret]').replace(secretInQuery, '$1[secret]');
}
