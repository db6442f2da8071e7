import type { Reporter, TestModule } from 'vitest/node';

/** Ends the output with `N passed, N failed`, for scripts that read it. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let [passed, failed] = [0, errors.length];
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed += 1;
        if (state === 'failed') failed += 1;
      }
      failed += module.errors().length;
    }
    console.log(`\n${passed} passed, ${failed} failed`);
  }
}
