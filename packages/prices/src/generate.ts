import { writeFile } from 'node:fs/promises';
import { builtInText } from './built-in-data.ts';

await writeFile(new URL('./built-in.json', import.meta.url), builtInText());
