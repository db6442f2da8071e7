import type { Channel } from '../channels/channel.ts';
import type { ChannelForm, FormMode } from '../channels/channel-form.ts';
import type { Translator } from '../i18n/translate.ts';

export function titleOf(mode: FormMode, channel: Channel | undefined, { t }: Translator): string {
  return t(`form.title.${mode}`, { name: channel?.name ?? '' });
}

interface SaveState {
  mode: FormMode;
  isBusy: boolean;
  form: Pick<ChannelForm, 'enabled'>;
}

/** What the button says that saves: a new channel is checked at once, unless it is paused. */
export function saveTextOf({ mode, isBusy, form }: SaveState, { t }: Translator): string {
  if (isBusy) return t('form.saving');
  if (mode === 'edit') return t('form.save');
  return t(form.enabled ? 'form.save.new' : 'form.save.new_paused');
}

/** An edited channel keeps its key where none is typed; the key itself is never shown unasked. */
export function keyHintOf(mode: FormMode, channel: Channel | undefined, { t }: Translator): string {
  return mode === 'edit' ? t('form.api_key.keep', { masked: channel?.api_key ?? '' }) : 'sk-…';
}
