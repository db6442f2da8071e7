import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Options, parseDocument } from 'htmlparser2';
import type { Plugin } from 'vite';

export type Node = ReturnType<typeof parseDocument>['children'][number];
export type Element = Extract<Node, { attribs: unknown }>;

/** Attributes as written, and each element's place in the text. */
export const parserOptions: Options = {
  decodeEntities: false,
  lowerCaseAttributeNames: false,
  recognizeSelfClosing: true,
  withStartIndices: true,
  withEndIndices: true,
};

/** Expands the pages' partials, and reloads a page in development when one of them changes. */
export function partials(root: string): Plugin {
  const files = new Set<string>();
  return {
    name: 'partials',
    transformIndexHtml: {
      order: 'pre',
      handler: (html) =>
        expandPartials(
          html,
          readFrom(root, (file) => files.add(file)),
        ),
    },
    handleHotUpdate({ file, server }) {
      if (files.has(file)) server.ws.send({ type: 'full-reload' });
    },
  };
}

/** Reads partials by their paths from the web room. `onRead` is called with each file. */
export function readFrom(root: string, onRead: (file: string) => void = () => {}) {
  return (path: string): string => {
    const file = join(root, path);
    onRead(file);
    return readFileSync(file, 'utf8').trimEnd();
  };
}

/** Replaced by the attributes that a partial doesn't name. */
const restMark = '...rest';

interface Context {
  /** The file that the markup comes from. */
  path: string;
  read(path: string): string;
  /** The attributes of the `include` that led here, as far as the partial names them. */
  params: Readonly<Record<string, string>>;
  /** Its other attributes. */
  rest: Readonly<Record<string, string>>;
  /** The expanded content of each slot; the default slot is called ''. */
  slots: ReadonlyMap<string, string>;
  /** Whether comments say which file each part comes from. */
  isTraced: boolean;
}

/**
 * Replaces each `<include src="path" name="value" …>` by the partial at `path`. In a partial,
 * `{{name}}` is an attribute of the include, `{{name=default}}` one that may be left out, and
 * `...rest` all those that the partial doesn't name. `<if param="name">` keeps its content if that
 * attribute is given. `<slot>` takes the content of the include, `<slot name="x">` that of its
 * `<fill slot="x">`; if there is none, the slot keeps its own content. Throws if an attribute is missing
 * or unused. With `tracedAs`, the page's own path, comments say which file each part comes from.
 */
export function expandPartials(
  html: string,
  read: (path: string) => string,
  tracedAs?: string,
): string {
  const isTraced = tracedAs !== undefined;
  const context = {
    path: tracedAs ?? 'page',
    read,
    params: {},
    rest: {},
    slots: new Map(),
    isTraced,
  };
  return traced(expand(html, context), context);
}

function expand(html: string, context: Context): string {
  let expanded = '';
  let at = 0;
  for (const element of directivesIn(parseDocument(html, parserOptions).children)) {
    const [start, end] = [element.startIndex ?? 0, element.endIndex ?? 0];
    expanded += fillIn(html.slice(at, start), context) + replacementOf(element, html, context);
    at = end + 1;
  }
  return expanded + fillIn(html.slice(at), context);
}

function replacementOf(element: Element, html: string, context: Context): string {
  const { name = '', param = '' } = element.attribs;
  const inside = () => expand(insideOf(element.children, html), context);
  switch (element.name) {
    case 'include':
      return include(element, html, context);
    case 'if':
      return context.params[param] === undefined ? '' : inside();
    case 'slot':
      return context.slots.get(name) ?? inside();
    default:
      throw new Error(`${context.path}: <fill> belongs right inside an <include>`);
  }
}

function include(element: Element, html: string, context: Context): string {
  const { src: path = '', ...attributes } = element.attribs;
  const partial = context.read(path);
  const slots = new Map<string, string>();
  const put = (slot: string, content: string) => {
    if (!hasSlot(partial, slot)) throw new Error(`${path} has no slot "${slot}"`);
    slots.set(slot, traced(content, context));
  };
  const fills = element.children.filter((it) => isElement(it)).filter((it) => it.name === 'fill');
  for (const fill of fills) {
    put(fill.attribs.slot ?? '', expand(insideOf(fill.children, html), context));
  }
  const others = element.children.filter((it) => !fills.some((fill) => fill === it));
  const content = expand(others.map((it) => insideOf([it], html)).join(''), context);
  if (content.trim() !== '') put('', content);
  const params = Object.entries(attributes).flatMap(([name, value]) =>
    name === restMark ? Object.entries(context.rest) : [[name, fillIn(value, context)]],
  );
  const inner = {
    ...context,
    ...paramsFor(partial, path, Object.fromEntries(params)),
    path,
    slots,
  };
  return traced(expand(partial, inner), inner);
}

function hasSlot(partial: string, name: string): boolean {
  const slots = partial.matchAll(/<slot(?: name="([^"]*)")? ?\/?>/g);
  return slots.some(([, it = '']) => it === name);
}

/** The attributes that a partial names, and the rest. */
function paramsFor(partial: string, path: string, all: Record<string, string>) {
  const marks = partial.matchAll(/\{\{([\w-]+)|<if param="([\w-]+)"/g);
  const named = new Set([...marks].map(([, value, condition]) => value ?? condition));
  const entries = Object.entries(all);
  const params = Object.fromEntries(entries.filter(([name]) => named.has(name)));
  const rest = Object.fromEntries(entries.filter(([name]) => !named.has(name)));
  if (Object.keys(rest).length > 0 && !partial.includes(restMark)) {
    throw new Error(`${path} has no use for ${Object.keys(rest).join(', ')}`);
  }
  return { params, rest };
}

function attributeOf([name, value]: readonly [name: string, value: string]): string {
  if (value === '') return name;
  return value.includes('"') ? `${name}='${value}'` : `${name}="${value}"`;
}

/** The text with the attributes of its include in place of `{{…}}`. */
function fillIn(text: string, { params, rest, path }: Context): string {
  const others = Object.entries(rest).map(attributeOf).join(' ');
  return text
    .replaceAll(restMark, () => others)
    .replace(/\{\{([\w-]+)(?:=([^}]*))?\}\}/g, (_mark, name: string, otherwise?: string) => {
      const value = params[name] ?? otherwise;
      if (value === undefined) throw new Error(`${path} needs the attribute ${name}`);
      return value;
    });
}

function traced(html: string, { path, isTraced }: Context): string {
  return isTraced ? `<!--from ${path}-->${html}<!--back-->` : html;
}

const directives = ['include', 'if', 'slot', 'fill'];

/** The outermost elements to replace, in order. */
function directivesIn(nodes: readonly Node[]): Element[] {
  return nodes.flatMap((node) => {
    if (!isElement(node)) return [];
    return directives.includes(node.name) ? [node] : directivesIn(node.children);
  });
}

export function isElement(node: Node): node is Element {
  return 'attribs' in node;
}

function insideOf(children: readonly Node[], html: string): string {
  const [first, last] = [children[0], children.at(-1)];
  return first && last ? html.slice(first.startIndex ?? 0, (last.endIndex ?? 0) + 1) : '';
}
