import Alpine from '@alpinejs/csp';
import { AsyncDirective, directive } from 'lit-html/async-directive.js';

/** Follows reactive state, such as the page's clock, for as long as it is in the document. */
class ClockText extends AsyncDirective {
  #read = () => '';
  #stop = () => {};

  override render(read: () => string): string {
    if (read !== this.#read) {
      this.#read = read;
      this.#follow();
    }
    return read();
  }

  override disconnected(): void {
    this.#stop();
  }

  override reconnected(): void {
    this.#follow();
  }

  #follow(): void {
    this.#stop();
    let isFirst = true;
    const effect = Alpine.effect(() => {
      const text = this.#read();
      if (!isFirst) this.setValue(text);
      isFirst = false;
    });
    this.#stop = () => Alpine.release(effect);
  }
}

/** Text in a lit-html template that `read` computes from reactive state; it is updated with that state. */
export const clockText = directive(ClockText);
