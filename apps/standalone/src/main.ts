import { fileURLToPath } from 'node:url';
import type { MadeSecret } from '@api-monitor/api';
import { createLogger, readEnv, shutDownOnSignals } from '@api-monitor/runtime';
import { describeStartFault } from './describe-start-fault.ts';
import { envSchema } from './env.ts';
import { greet, showSecrets } from './greet.ts';
import { startEmbedded } from './start-embedded.ts';

const webRoot = fileURLToPath(new URL('../../web/dist', import.meta.url));

try {
  const env = readEnv(envSchema, process.env);
  const logger = createLogger({ name: 'api-monitor', level: env.LOG_LEVEL });
  const heading = 'Made at this first start and shown only now; keep them:';
  const onSecretsMade = (made: MadeSecret[]) =>
    void process.stdout.write(showSecrets(heading, made));
  const embedded = await startEmbedded({ env, logger, webRoot, onSecretsMade });
  shutDownOnSignals(embedded, logger);
  process.stdout.write(greet(embedded.port));
} catch (error) {
  const sentence = describeStartFault(error);
  console.error(sentence ?? error);
  process.exit(1);
}
