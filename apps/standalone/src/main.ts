import { fileURLToPath } from 'node:url';
import { firstStartHeading, type MadeSecret, showSecrets } from '@api-monitor/api';
import { createLogger, describeStartFault, readEnv, shutDownOnSignals } from '@api-monitor/runtime';
import { endAfter } from './end-after.ts';
import { envSchema } from './env.ts';
import { greet } from './greet.ts';
import { startEmbedded } from './start-embedded.ts';

const webRoot = fileURLToPath(new URL('../../web/dist', import.meta.url));

try {
  const env = readEnv(envSchema, process.env);
  const logger = createLogger({ name: 'api-monitor', level: env.LOG_LEVEL });
  const onSecretsMade = (made: MadeSecret[]) =>
    void process.stdout.write(showSecrets(firstStartHeading, made));
  const embedded = await startEmbedded({
    env,
    logger,
    webRoot,
    onDeath: (error) => endAfter(error, logger),
    onSecretsMade,
  });
  shutDownOnSignals(embedded, logger);
  process.stdout.write(greet(embedded.port));
} catch (error) {
  const sentence = describeStartFault(error);
  console.error(sentence ?? error);
  process.exit(1);
}
