import { hasTag, withTags } from '@api-monitor/core';
import { load, noErrors, type Phase } from '../../api/attempt.ts';
import { answerOf } from '../../api/client.ts';
import type { StatusPage } from '../../api/wire-types.ts';
import { monitorAddress } from '../../shell/base-path.ts';
import { initially } from '../../shell/initially.ts';
import type { AdminParts } from '../parts.ts';

interface Choice {
  value: string;
  name: string;
}

/** A line of the page as the form holds it; `key` tells new lines apart. */
interface StatusLine {
  key: number;
  name: string;
  slug: string;
  /** A channel's id as text, or `tag:` and a tag; empty means any channel. */
  channels: string;
  model: string;
}

const tagPrefix = 'tag:';
const emptyForm = { enabled: false, title: '', description: '' };

/** The editor of the public status page. */
export function createStatusPagePanel(parts: AdminParts) {
  const { client, language, toasts, attempt, copyText, view } = parts;
  let lastKey = 0;
  const keyed = (line: Omit<StatusLine, 'key'>): StatusLine => {
    lastKey += 1;
    return { key: lastKey, ...line };
  };
  return {
    phase: initially<Phase>('loading'),
    isBusy: false,
    failure: '',
    /** The page's errors by field name, a line's by path: `items.2.slug`. */
    errors: initially<Record<string, string>>(noErrors(emptyForm)),
    form: { ...emptyForm },
    lines: initially<StatusLine[]>([]),
    /** What a line may choose, as lines hold it, by name. */
    channels: initially<Choice[]>([]),
    tags: initially<Choice[]>([]),
    isChanged: false,
    /** The line whose badge was copied last. */
    copiedKey: 0,
    init() {
      view.follow({ tab: 'status', show: () => this.load() });
    },
    async load() {
      // Keeps unsaved changes.
      if (this.isChanged) return;
      await load(attempt, this, async () => {
        const [page, channels] = await Promise.all([
          answerOf(client.api.admin['status-page'].$get()),
          answerOf(client.api.admin.channels.$get()),
        ]);
        this.channels = channels.items.map(({ id, name }) => ({ value: String(id), name }));
        this.tags = tagsOf([...channels.items, ...page.item.items.map(taggedLine)]);
        this.take(page.item);
      });
    },
    take({ enabled, title, description, items }: StatusPage) {
      this.form = { enabled, title, description };
      this.lines = items.map(({ name, slug, target_id, tag, model }) => {
        const channel = target_id === null ? '' : String(target_id);
        const chosen = tag === null ? channel : choiceOfTag(this.tags, tag);
        return keyed({ name, slug, channels: chosen, model: model ?? '' });
      });
      this.isChanged = false;
    },
    touch() {
      this.isChanged = true;
    },
    setLines(lines: StatusLine[]) {
      this.lines = lines;
      // Errors are keyed by the line's index, which has changed.
      this.errors = noErrors(emptyForm);
      this.touch();
    },
    add() {
      this.setLines([...this.lines, keyed({ name: '', slug: '', channels: '', model: '' })]);
    },
    remove(key: number) {
      this.setLines(this.lines.filter((it) => it.key !== key));
    },
    move(key: number, by: number) {
      const from = this.lines.findIndex((it) => it.key === key);
      const to = from + by;
      const line = this.lines[from];
      if (!line || to < 0 || to >= this.lines.length) return;
      this.setLines(this.lines.toSpliced(from, 1).toSpliced(to, 0, line));
    },
    modelHint({ channels }: StatusLine) {
      if (channels === '') return 'admin.status.model.needed';
      return channels.startsWith(tagPrefix) ? 'admin.status.model.all' : 'admin.status.model.hint';
    },
    async copyBadge({ key, name, slug }: StatusLine) {
      const label = name.replace(/[[\]\\]/g, '\\$&');
      await copyText(`![${label}](${monitorAddress()}/badge/${slug}.svg)`);
      this.copiedKey = key;
    },
    async save() {
      const places = this.lines.flatMap((_line, index) =>
        ['', '.name', '.slug', '.target_id', '.model'].map((it) => [`items.${index}${it}`, '']),
      );
      this.errors = { ...noErrors(emptyForm), ...Object.fromEntries(places) };
      await attempt(this, async () => {
        const json = { ...this.form, items: this.lines.map(bodyOf) };
        const { item } = await answerOf(client.api.admin['status-page'].$patch({ json }));
        this.take(item);
        toasts.show(language.t('admin.saved'));
      });
    },
  };
}

/** The tags of these, one spelling of each, in order. */
function tagsOf(tagged: readonly { tags: readonly string[] }[]): Choice[] {
  const tags = withTags(
    [],
    tagged.flatMap((one) => one.tags),
  ).sort((a, b) => a.localeCompare(b));
  return tags.map((tag) => ({ value: `${tagPrefix}${tag}`, name: tag }));
}

/** No channel may have the tag of a line any more. */
function taggedLine({ tag }: StatusPage['items'][number]) {
  return { tags: tag === null ? [] : [tag] };
}

/** The tag may be spelled otherwise on the channels. */
function choiceOfTag(choices: readonly Choice[], tag: string): string {
  return choices.find(({ name }) => hasTag([name], tag))?.value ?? `${tagPrefix}${tag}`;
}

function bodyOf({ name, slug, channels, model }: StatusLine) {
  const isTag = channels.startsWith(tagPrefix);
  return {
    name,
    ...(slug.trim() === '' ? {} : { slug: slug.trim() }),
    target_id: channels === '' || isTag ? null : Number(channels),
    tag: isTag ? channels.slice(tagPrefix.length) : null,
    model: model.trim() === '' ? null : model.trim(),
  };
}
