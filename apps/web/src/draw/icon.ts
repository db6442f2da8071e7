import { html, type TemplateResult } from 'lit-html';

/** A Lucide icon in a lit-html template; the build puts its shape into the page's sprite. */
export function icon(name: string, className = 'icon'): TemplateResult {
  return html`<svg class=${className} aria-hidden="true"><use href="#icon-${name}"></use></svg>`;
}
