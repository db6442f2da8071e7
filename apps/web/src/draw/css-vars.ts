import { nothing } from 'lit-html';
import { Directive, directive, type ElementPart } from 'lit-html/directive.js';

/** Sets custom properties by script, since the pages' policy forbids `style` attributes. */
class CssVars extends Directive {
  render(_values: Record<`--${string}`, number>): typeof nothing {
    return nothing;
  }

  override update({ element }: ElementPart, [values]: Parameters<this['render']>): typeof nothing {
    for (const [name, value] of Object.entries(values)) {
      if (element instanceof HTMLElement) element.style.setProperty(name, String(value));
    }
    return nothing;
  }
}

/** `<span ${cssVars({ '--share': 0.4 })}>` in a lit-html template. */
export const cssVars = directive(CssVars);
