const nothing = { title: '', intro: '', text: '' };

/** Shows a new secret once, so that it can be copied. `text` may have several lines. */
export function createRevealStore(copyText: (text: string) => Promise<void>) {
  return {
    isOpen: false,
    ...nothing,
    isCopied: false,
    show(secret: typeof nothing) {
      Object.assign(this, secret, { isOpen: true, isCopied: false });
    },
    async copy() {
      await copyText(this.text);
      this.isCopied = true;
    },
    submit() {
      this.close();
    },
    close() {
      this.isOpen = false;
      // A secret must not outlive its dialog.
      this.text = '';
    },
  };
}
