const nothing = { title: '', body: '', action: '' };

/** Asks before something that can't be undone. */
export function createConfirmStore() {
  let resolve: (isSure: boolean) => void = () => {};
  return {
    isOpen: false,
    ...nothing,
    /** Resolves to whether the reader agreed. */
    ask(question: typeof nothing): Promise<boolean> {
      resolve(false);
      Object.assign(this, question, { isOpen: true });
      return new Promise((settle) => {
        resolve = settle;
      });
    },
    answer(isSure: boolean) {
      this.isOpen = false;
      resolve(isSure);
    },
    submit() {
      this.answer(true);
    },
    close() {
      this.answer(false);
    },
  };
}
