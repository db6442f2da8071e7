import { fileURLToPath } from 'node:url';
import { bundle } from '../.config/bundle.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const sourceOf = (app: string, file: string) => `${root}apps/${app}/src/${file}.ts`;

/** Bundles what the images run: one file per program, beside the code that they share. */
export default bundle({
  root: `${root}.docker`,
  outDir: `${root}dist/services`,
  input: {
    api: sourceOf('api', 'main'),
    worker: sourceOf('worker', 'main'),
    proxy: sourceOf('proxy', 'main'),
    // The api starts this one as a process.
    'read-upload-process': sourceOf('api', 'transfer/upload/read-upload-process'),
    'copy-database': sourceOf('standalone', 'copy-database'),
    'reset-access': sourceOf('standalone', 'reset-access'),
  },
});
