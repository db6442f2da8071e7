import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';

export type { Logger };

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

// Whatever a log line's object holds under these names is a secret.
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

const waitingLogBytes = 1024 * 1024;

const bearer = /\b(Bearer\s+)[^\s"',]+/gi;
const secretInQuery = /([?&](?:token|key|api_key)=)[^&\s"]+/gi;

/** A JSON-lines logger that writes no secret, whether it comes as a field or inside a text. */
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

/** A log on a full disk ends no process: its newest lines wait, within a bound, for the next write. */
function openStdout(): DestinationStream {
  const stdout = pino.destination({ dest: 1, sync: false, maxLength: waitingLogBytes });
  stdout.on('error', () => {});
  return stdout;
}

/** Takes bearer tokens and secret query parameters out of a text. */
function withoutSecrets(text: string): string {
  return text.replace(bearer, '$1[secret]').replace(secretInQuery, '$1[secret]');
}
