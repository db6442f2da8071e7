/** How a vendor marks text up. What is passed to anything but `escape` is escaped already. */
export interface Markup {
  escape(text: string): string;
  strong(escaped: string): string;
  /** Somebody else's words. */
  quoted(escaped: string): string;
  /** `url` needs no escaping in quotes or parentheses. */
  link(label: string, url: string): string;
  newline: string;
}

/** Text without markup. */
export const plain: Markup = {
  escape: (text) => text,
  strong: (text) => text,
  quoted: (text) => text,
  link: (_, url) => url,
  newline: '\n',
};

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (char) => entities[char] ?? char);
}

/** HTML that mail programs and chats show. */
export const html: Markup = {
  escape: escapeHtml,
  strong: (text) => `<b>${text}</b>`,
  quoted: (text) => `<code>${text}</code>`,
  link: (label, url) => `<a href="${escapeHtml(url)}">${label}</a>`,
  newline: '<br>\n',
};

/**
 * Markdown as CommonMark has it: each punctuation mark may be escaped by a backslash, and each of HTML's
 * characters by an entity (https://spec.commonmark.org/0.31.2/#backslash-escapes).
 */
export const markdown: Markup = {
  escape: (text) =>
    text
      .replaceAll(/[\\`*_{}[\]()#+\-.!|~$=:]/g, String.raw`\$&`)
      .replaceAll(/[&<>]/g, (char) => entities[char] ?? char),
  strong: (text) => `**${text}**`,
  quoted: (text) => text,
  link: (label, url) => `[${label}](${url})`,
  newline: '\n\n',
};

const lookalikes: Record<string, string> = {
  ...{ '[': '［', ']': '］', '<': '＜', '>': '＞', '*': '＊', '`': '＇', '~': '～', '!': '！' },
  ...{ '#': '＃', _: '＿', '\\': '＼' },
};

/**
 * Markdown of apps that document no way to escape it. What could become a link, an image, a mention or markup
 * is replaced by its full-width form; `_` within a word, as in a model's name, is none.
 */
export const markdownByLookalikes: Markup = {
  escape: (text) =>
    text.replaceAll(
      /[[\]<>*`~!#\\]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu,
      (char) => lookalikes[char] ?? char,
    ),
  strong: (text) => `**${text}**`,
  quoted: (text) => text,
  link: (label, url) => `[${label}](${url})`,
  newline: '\n\n',
};
