import { describe, expect, it } from 'vitest';
import { expandPartials } from './partials.ts';

const files: Record<string, string> = {
  'field.html': '<label for="{{name}}">{{label}}</label><input name="{{name}}" ...rest><slot />',
  'dialog.html':
    '<dialog class="{{size=wide}}"><if param="intro"><p>{{intro}}</p></if><slot></slot><slot name="foot"><b>OK</b></slot></dialog>',
  'outer.html': '<include src="field.html" name="{{name}}" label="Outer" />',
};
const read = (path: string) => files[path] ?? '';
const expand = (html: string) => expandPartials(html, read);

describe('a partial', () => {
  it('has parameters, and passes on all other attributes', () => {
    expect(
      expand(
        `<p><include src="field.html" name="rpm" label="Limit" x-t:title='a "b"' autofocus /></p>`,
      ),
    ).toBe(`<p><label for="rpm">Limit</label><input name="rpm" x-t:title='a "b"' autofocus></p>`);
    expect(expand('<include src="outer.html" name="rpm" />')).toContain('<input name="rpm" >');
  });

  it('has optional parts, defaults, and slots with default content', () => {
    expect(expand('<include src="dialog.html"></include>')).toBe(
      '<dialog class="wide"><b>OK</b></dialog>',
    );
    const filled = `<include src="dialog.html" size="small" intro="Hi">
      <include src="outer.html" name="a" />
      <fill slot="foot"><i>Done</i></fill>
    </include>`;
    expect(expand(filled).replace(/\n\s*/g, '')).toBe(
      '<dialog class="small"><p>Hi</p><label for="a">Outer</label><input name="a" ><i>Done</i></dialog>',
    );
  });

  it.each([
    ['<include src="field.html" name="rpm" />', 'field.html needs the attribute label'],
    ['<include src="dialog.html" sise="small" />', 'dialog.html has no use for sise'],
    ['<include src="outer.html" name="a"><b>x</b></include>', 'outer.html has no slot'],
    ['<include src="dialog.html"><fill slot="head">x</fill></include>', 'dialog.html has no slot'],
    ['<fill slot="foot">x</fill>', 'belongs right inside an <include>'],
  ])('refuses %s', (html, message) => {
    expect(() => expand(html)).toThrow(message);
  });
});
