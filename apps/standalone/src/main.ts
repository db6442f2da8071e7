import { firstStartHeading, showSecrets } from '@api-monitor/api';
import {
  collectWhenQuiet,
  createLogger,
  describeStartFault,
  readEnv,
  shutDownOnSignals,
} from '@api-monitor/runtime';
import { envSchema } from './env.ts';
import { startEmbedded, startMessage } from './start-embedded.ts';

try {
  const env = readEnv(envSchema, process.env);
  const logger = createLogger({ name: 'api-monitor', level: env.LOG_LEVEL });
  const embedded = await startEmbedded({
    env,
    logger,
    onSecretsMade: (made) => void process.stdout.write(showSecrets(firstStartHeading, made)),
  });
  shutDownOnSignals(embedded, logger);
  process.stdout.write(startMessage(embedded));
  collectWhenQuiet();
} catch (error) {
  console.error(describeStartFault(error) ?? error);
  process.exit(1);
}
