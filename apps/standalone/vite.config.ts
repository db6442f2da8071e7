import { fileURLToPath } from 'node:url';
import { bundle } from '../../.config/bundle.ts';

const root = fileURLToPath(new URL('.', import.meta.url));
const upload = `${root}../api/src/transfer/upload/`;

/** A file for each program and thread. */
export default bundle({
  root,
  outDir: `${root}dist`,
  input: {
    main: `${root}src/main.ts`,
    demo: `${root}src/demo.ts`,
    'gateway-thread': `${root}src/gateway-thread.ts`,
    'read-upload-process': `${upload}read-upload-process.ts`,
    'watch-reading': `${upload}watch-reading.ts`,
  },
});
