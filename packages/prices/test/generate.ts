import { writeFile } from 'node:fs/promises';
import { builtInText } from './built-in-text.ts';

await writeFile(new URL('../src/built-in.json', import.meta.url), builtInText());
