import { parseDocument } from 'htmlparser2';
import { parseSync, Visitor } from 'vite';
import { type Element, isElement, type Node, parserOptions } from '../../build/partials.ts';

/** A TypeScript program that uses every name in a page's markup, each in its scope. */
export interface MarkupProgram {
  source: string;
  /** The file and attribute behind each line of the source. */
  origins: readonly (string | null)[];
  /** Attributes that can't be translated: invalid expressions, unknown directives. */
  faults: readonly string[];
}

/** The type that each directive accepts. */
const directiveTypes: Readonly<Record<string, string>> = {
  'x-text': 'string | number | null | undefined',
  'x-show': 'unknown',
  'x-model': 'string | number | boolean | readonly unknown[]',
  'x-dialog': 'boolean',
  'x-ago': 'number | null',
  'x-chart': 'ChartSketch',
};
const bindingType = 'string | number | boolean | null | undefined';
/** Alpine also accepts objects for these. */
const objectBindings = [':class', ':style'];
const magics = ['$store', '$t', '$count', '$event', '$el'];

interface Scope {
  /** The variables of `x-for`. */
  locals: ReadonlySet<string>;
  /** The variable for the members of the closest `x-data` around. */
  data: string;
}

/**
 * Writes the program of a page that was expanded with its files traced. `main` is the page's script: its
 * type `Stores` says what `$store` has, its type `Components` which factories `x-data` may name.
 */
export function markupProgram(html: string, main: string, src: string): MarkupProgram {
  const lines = preludeOf(main, src);
  const origins: (string | null)[] = lines.map(() => null);
  const faults: string[] = [];
  const files: string[] = [];
  let scopeCount = 0;

  const write = (line: string, origin: string | null = null) => {
    lines.push(line.replace(/\s+/g, ' '));
    origins.push(origin);
  };

  const translate = (name: string, value: string, statement: () => string) => {
    const origin = `${files.at(-1)}: ${name}="${value.replace(/\s+/g, ' ')}"`;
    try {
      write(statement(), origin);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      faults.push(`${origin}: ${error.message}`);
    }
  };

  const walk = (nodes: readonly Node[], scope: Scope): void => {
    for (const node of nodes) {
      if (isElement(node)) visit(node, scope);
      else if (node.type === 'comment' && node.data === 'back') files.pop();
      else if (node.type === 'comment' && node.data.startsWith('from ')) {
        files.push(node.data.slice('from '.length));
      }
    }
  };

  const visit = (element: Element, outer: Scope): void => {
    const { 'x-data': component, 'x-if': condition, 'x-for': loop, ...others } = element.attribs;
    let scope = outer;
    write('{');
    write(`const $el = elementOf('${element.name}');`);
    if (component) {
      scopeCount += 1;
      scope = { ...outer, data: `$data${scopeCount}` };
      const made = `madeBy('${component}', ${outer.data})`;
      translate('x-data', component, () => `const ${scope.data} = ${made};`);
    }
    if (condition !== undefined) {
      translate('x-if', condition, () => `if (${inScope(condition, scope)})`);
    }
    if (loop !== undefined) {
      const { head, locals } = readLoop(loop, scope);
      translate('x-for', loop, () => `for (const ${head()})`);
      write('{');
      const { data } = scope;
      for (const name of locals) translate('x-for', loop, () => `notIn('${name}', ${data});`);
      scope = { ...scope, locals: new Set([...scope.locals, ...locals]) };
    } else write('{');
    for (const [name, value] of Object.entries(others)) {
      if (isBound(name)) translate(name, value, () => useOf(element.name, name, value, scope));
    }
    walk(element.children, scope);
    write('}}');
  };

  walk(parseDocument(html, parserOptions).children, { locals: new Set(), data: '$data0' });
  return { source: `${lines.join('\n')}\n`, origins, faults };
}

function preludeOf(main: string, src: string): string[] {
  return [
    `import type * as page from '${main}';`,
    `import type { TextKey, Translator } from '${src}/i18n/translate.ts';`,
    `import type { ChartSketch } from '${src}/charts/chart-sketch.ts';`,
    'declare const $store: page.Stores;',
    "declare const $t: Translator['t'];",
    "declare const $count: Translator['count'];",
    'declare const $data0: object;',
    'declare function use<T>(value: T): void;',
    // `x-data` names a component or an object around it, and hides members of the same name.
    'type Within<Inner, Outer> = Inner & Omit<Outer, keyof Inner>;',
    'type Made<K, Outer> = K extends keyof page.Components ? ReturnType<page.Components[K]>',
    '  : K extends keyof Outer ? Outer[K] : never;',
    'declare function madeBy<Outer, K extends keyof page.Components | keyof Outer>(name: K,',
    '  outer: Outer): Within<Made<K, Outer>, Outer>;',
    // In a method, `this` is the whole scope: a loop's name would hide the member.
    'declare function notIn<N extends string, D>(name: N & (N extends keyof D ? never : N), data: D):',
    '  void;',
    'type Tags = HTMLElementTagNameMap;',
    'type ElementOf<T extends string> = T extends keyof Tags ? Tags[T] : Element;',
    'declare function elementOf<T extends string>(tag: T): ElementOf<T>;',
    'declare function eventOf<E extends keyof HTMLElementEventMap, T extends string>(',
    '  event: E, tag: T): HTMLElementEventMap[E] & { target: ElementOf<T> };',
  ];
}

function isBound(name: string): boolean {
  return /^[@:]|^x-(?!(cloak|ignore)$)/.test(name);
}

/** The statement that uses the expression of an attribute. */
function useOf(tag: string, name: string, value: string, scope: Scope): string {
  if (/^x-t(:|$)/.test(name)) return `use<TextKey>('${value}');`;
  const expression = inScope(value, scope);
  if (name.startsWith('@')) {
    const event = `eventOf('${name.slice(1).split('.')[0]}', '${tag}')`;
    return `{ const $event = ${event}; () => ${expression}; }`;
  }
  if (objectBindings.includes(name)) return `use<${bindingType} | object>(${expression});`;
  const type = name.startsWith(':') ? bindingType : directiveTypes[name];
  if (type === undefined) throw new SyntaxError(`No directive is called ${name}`);
  return `use<${type}>(${expression});`;
}

/** Reads `item in list` and `(item, index) in list`. */
function readLoop(loop: string, scope: Scope) {
  const [, item = '', index, list = ''] =
    /^\s*\(?\s*(\w+)(?:\s*,\s*(\w+))?\s*\)?\s+in\s+(.+)$/s.exec(loop) ?? [];
  const names = index ? [item, index] : [item];
  return {
    locals: names,
    head: () => {
      const over = inScope(list, scope);
      return index ? `[${index}, ${item}] of (${over}).entries()` : `${item} of ${over}`;
    },
  };
}

/**
 * Puts the variable of `x-data` before each name in an expression, except those of loops. `'a.' + b`
 * becomes a template, because TypeScript knows which texts that can be. Throws a `SyntaxError`.
 */
function inScope(expression: string, { locals, data }: Scope): string {
  const { program, errors } = parseSync('expression.js', `(${expression})`);
  const [fault] = errors;
  if (fault) throw new SyntaxError(fault.message);
  const edits = new Map<number, { end: number; text: string }>();
  const propertyNames = new Set<number>();
  const isFree = (name: string) => !locals.has(name) && !magics.includes(name);
  new Visitor({
    MemberExpression({ computed, property }) {
      if (!computed) propertyNames.add(property.start);
    },
    Property({ computed, shorthand, key }) {
      if (!computed && !shorthand) propertyNames.add(key.start);
    },
    Identifier({ name, start }) {
      if (propertyNames.has(start) || !isFree(name)) return;
      edits.set(start, { end: start, text: `${data}.` });
    },
    BinaryExpression({ operator, left, right }) {
      if (operator !== '+' || left.type !== 'Literal' || typeof left.value !== 'string') return;
      const text = left.value.replace(/[`$\\]/g, '\\$&');
      edits.set(left.start, { end: right.start, text: `\`${text}\${` });
      edits.set(right.end, { end: right.end, text: '}`' });
    },
  }).visit(program);
  let written = '';
  let at = 0;
  // Positions count the parenthesis before the expression.
  for (const [start, { end, text }] of [...edits].sort(([a], [b]) => a - b)) {
    written += expression.slice(at, start - 1) + text;
    at = end - 1;
  }
  return written + expression.slice(at);
}
