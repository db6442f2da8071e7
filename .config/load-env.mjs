// For `node --import`: adds the variables of `.env`; those of the environment take precedence.
import { readEnvFile } from './env-file.mjs';

for (const [name, value] of Object.entries(readEnvFile('.env'))) process.env[name] ??= value;
