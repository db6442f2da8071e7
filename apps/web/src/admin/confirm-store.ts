/** Asks before something is done that can't be undone. */
export interface ConfirmStore {
  isOpen: boolean;
  title: string;
  body: string;
  action: string;
  ask(question: { title: string; body: string; action: string }): Promise<boolean>;
  answer(isSure: boolean): void;
}

export function createConfirmStore(): ConfirmStore {
  let resolve: (isSure: boolean) => void = () => {};
  return {
    isOpen: false,
    title: '',
    body: '',
    action: '',
    ask(question) {
      resolve(false);
      Object.assign(this, question, { isOpen: true });
      return new Promise((settle) => {
        resolve = settle;
      });
    },
    answer(isSure) {
      this.isOpen = false;
      resolve(isSure);
    },
  };
}
