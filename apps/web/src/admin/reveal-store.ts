/** Shows a secret the one time that it is known, to be copied. */
export interface RevealStore {
  isOpen: boolean;
  title: string;
  intro: string;
  /** A line each. */
  text: string;
  isCopied: boolean;
  show(secret: { title: string; intro: string; text: string }): void;
  copy(): Promise<void>;
  close(): void;
}

export function createRevealStore(copyText: (text: string) => Promise<void>): RevealStore {
  return {
    isOpen: false,
    title: '',
    intro: '',
    text: '',
    isCopied: false,
    show(secret) {
      Object.assign(this, secret, { isOpen: true, isCopied: false });
    },
    async copy() {
      await copyText(this.text);
      this.isCopied = true;
    },
    close() {
      this.isOpen = false;
      // A secret must not outlive its dialog.
      this.text = '';
    },
  };
}
