import {
  type Language,
  type PageTexts,
  type Translator,
  translatorFor,
} from '../i18n/translate.ts';

/** Holds the page's language. `keep` remembers a choice, `show` marks the document. */
export function createLanguageStore(
  initial: Language,
  keep: (language: Language) => void,
  show: (language: Language) => void,
  texts?: PageTexts,
) {
  return {
    translator: translatorFor(initial, texts),
    get is() {
      return this.translator.language;
    },
    t(...text: Parameters<Translator['t']>) {
      return this.translator.t(...text);
    },
    count(...text: Parameters<Translator['count']>) {
      return this.translator.count(...text);
    },
    use(language: Language) {
      this.translator = translatorFor(language, texts);
      keep(language);
      show(language);
    },
    toggle() {
      this.use(this.is === 'en' ? 'zh' : 'en');
    },
  };
}

export type LanguageStore = ReturnType<typeof createLanguageStore>;
