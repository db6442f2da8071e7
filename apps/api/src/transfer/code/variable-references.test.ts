import { expect, test } from 'vitest';
import { referencedNames, withoutReferences, withVariables } from './variable-references.ts';

const lookUp = (name: string) => `<${name}>`;

test('names are replaced in texts, lists and objects, and nothing else is', () => {
  const value = { a: `x \${A}\${B_2}`, list: [`\${A}`, 3], nested: [{ key: `\${A}` }], no: null };
  expect(withVariables(value, lookUp)).toEqual({
    a: 'x <A><B_2>',
    list: ['<A>', 3],
    nested: [{ key: '<A>' }],
    no: null,
  });
  expect(withVariables(`\${client:X-A} $A {A} \${2}`, lookUp)).toBe(`\${client:X-A} $A {A} \${2}`);
});

test.each([`\${A}`, `$\${A}`, `$$\${A} \${B}`, '$1 $& $$', `\${client:X-A}`])(
  'the text %s can be written so that it comes back',
  (text) => {
    const written = withoutReferences(text);
    expect(referencedNames(String(written))).toEqual([]);
    expect(withVariables(written, lookUp)).toBe(text);
  },
);

test('a name is listed once, and not if it is escaped', () => {
  expect(referencedNames(`\${A} \${B} \${A} $\${C}`)).toEqual(['A', 'B']);
});
