import { answerOf } from '../api/client.ts';
import { ApiFailure } from '../api/failure.ts';
import { monitorAddress } from '../shell/base-path.ts';
import { initially } from '../shell/initially.ts';
import type { Shell } from '../shell/start-shell.ts';
import { openDetailsInHash } from '../ui/open-details.ts';
import { type ClientGuide, guideGroups, type Setup } from './client-guide.ts';
import { httpGuides } from './http-guides.ts';
import { type LiveModel, liveModels, suggestModel } from './live-models.ts';
import { sdkGuides } from './sdk-guides.ts';
import { toolGuides } from './tool-guides.ts';

const allGuides = [...httpGuides, ...sdkGuides, ...toolGuides];

const keyPlaceholder = 'sk-am-…';
const modelPlaceholder = 'channel/model';
/** More names than this make typing slow in some browsers. */
const mostOffered = 2000;

/** `/docs/proxy`: every example with the reader's own address, key and model. */
export function createGatewayGuide({
  client,
  language,
  copyText,
}: Pick<Shell, 'client' | 'language' | 'copyText'>) {
  return {
    /** The key never leaves the page. */
    form: { address: monitorAddress(), key: '' },
    errors: { address: '', key: '' },
    model: new URLSearchParams(location.search).get('model') ?? '',
    models: initially<LiveModel[]>([]),
    /** The loading state of the models; `locked` means that the server requires a token. */
    phase: initially<'loading' | 'ready' | 'locked' | 'failed'>('loading'),
    copiedId: '',
    get groups() {
      return guideGroups.map((group) => ({
        name: language.t(`gateway.group.${group}`),
        guides: allGuides
          .filter((it) => it.group === group)
          .map(({ id, name, note, route, samples }) => ({
            id,
            name,
            note: language.t(note),
            samples: samples.map(({ label, code }, index) => ({
              id: `${id}-${index}`,
              label,
              code: code(this.setupFor(route)),
            })),
          })),
      }));
    },
    get modelsText() {
      if (this.phase !== 'ready') return language.t(`gateway.models.${this.phase}`);
      return language.count('gateway.models.ready', this.models.length);
    },
    async init() {
      openDetailsInHash();
      await this.load();
    },
    async load() {
      try {
        const { items } = await answerOf(client.api.targets.$get({ query: { history: '0' } }));
        this.models = liveModels(items).slice(0, mostOffered);
        this.phase = 'ready';
      } catch (error) {
        const isLocked = error instanceof ApiFailure && [401, 403, 429].includes(error.status);
        this.models = [];
        this.phase = isLocked ? 'locked' : 'failed';
      }
    },
    setupFor(route: ClientGuide['route']): Setup {
      const { address, key } = this.form;
      return {
        address: address.trim().replace(/\/+(v1\/*)?$/, ''),
        key: key.trim() || keyPlaceholder,
        model: this.model || (suggestModel(this.models, route) ?? modelPlaceholder),
      };
    },
    setModel(model: string) {
      this.model = model.trim();
      const query = this.model === '' ? '' : `?model=${encodeURIComponent(this.model)}`;
      history.replaceState(null, '', `${location.pathname}${query}${location.hash}`);
    },
    async copy(id: string, text: string) {
      await copyText(text);
      this.copiedId = id;
    },
  };
}
