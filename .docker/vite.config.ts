import { fileURLToPath } from 'node:url';
import { bundle } from '../.config/bundle.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const sourceOf = (app: string, file: string) => `${root}apps/${app}/src/${file}.ts`;

/** Bundles what the images run: one file per program, beside the code that they share. */
export default bundle({
  root: `${root}.docker`,
  outDir: `${root}dist/services`,
  programs: {
    api: sourceOf('api', 'main'),
    worker: sourceOf('worker', 'main'),
    proxy: sourceOf('proxy', 'main'),
  },
  parts: {
    // The api starts this one as a process, and that starts the other as a thread.
    'read-upload-process': sourceOf('api', 'transfer/upload/read-upload-process'),
    'watch-reading': sourceOf('api', 'transfer/upload/watch-reading'),
    channels: sourceOf('standalone', 'channels'),
    'copy-database': sourceOf('standalone', 'copy-database'),
    'reset-access': sourceOf('standalone', 'reset-access'),
  },
});
