const nothing = { title: '', body: '', action: '' };

/** Asks for confirmation before something that can't be undone. */
export function createConfirmStore() {
  let resolve: (isConfirmed: boolean) => void = () => {};
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
    answer(isConfirmed: boolean) {
      this.isOpen = false;
      resolve(isConfirmed);
    },
    submit() {
      this.answer(true);
    },
    close() {
      this.answer(false);
    },
  };
}
