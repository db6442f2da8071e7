import { createAudit } from '../../audit/record-action.ts';
import { systemActor } from '../../auth/caller.ts';
import type { Changer } from '../../targets/change-targets.ts';
import { createUploadReader } from '../upload/upload-reader.ts';
import { applyCode, releaseChannels } from './apply-code.ts';
import type { CodeExport, CodeExportOptions, CodeInput, CodeReport } from './code-shapes.ts';
import { exportCode } from './export-code.ts';
import { type CodeDeps, planCode } from './plan-code.ts';
import { reportOf } from './report-code.ts';

/** What can be done with channels as code, on a database or on a monitor that runs. */
export interface CodeService {
  export(options: CodeExportOptions): Promise<CodeExport>;
  plan(input: CodeInput, prune: boolean): Promise<CodeReport>;
  apply(input: CodeInput, prune: boolean): Promise<CodeReport>;
  /** `names` null: all. Returns those that were released. */
  release(names: readonly string[] | null): Promise<readonly string[]>;
  close(): void;
}

/** Works on a database that no monitor uses, as the program itself. */
export function openCodeService(given: Omit<CodeDeps, 'uploadReader'>): CodeService {
  const uploadReader = createUploadReader();
  const deps = { ...given, uploadReader };
  const audit = createAudit(systemActor, given.now);
  const by: Changer = { audit, own: { askedUrls: [], listener: null } };
  return {
    export: (options) => exportCode(deps, audit, options),
    plan: async (input, prune) => reportOf(await planCode(deps, by, input), prune),
    apply: (input, prune) => applyCode(deps, by, input, { prune }),
    release: (names) => releaseChannels(deps, by, names),
    close: uploadReader.close,
  };
}
