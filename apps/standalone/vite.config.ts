import { fileURLToPath } from 'node:url';
import { bundle } from '../../.config/bundle.ts';

const root = fileURLToPath(new URL('.', import.meta.url));
const upload = `${root}../api/src/transfer/upload/`;

export default bundle({
  root,
  outDir: `${root}dist`,
  programs: { main: `${root}src/main.ts`, demo: `${root}src/demo.ts` },
  parts: {
    'gateway-thread': `${root}src/gateway-thread.ts`,
    'read-upload-process': `${upload}read-upload-process.ts`,
    'watch-reading': `${upload}watch-reading.ts`,
  },
});
