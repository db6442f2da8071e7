import {
  type Language,
  type PageTexts,
  type Translator,
  translatorFor,
} from '../i18n/translate.ts';

export interface LanguageStore {
  translator: Translator;
  readonly is: Language;
  use(language: Language): void;
  toggle(): void;
}

/** Holds the page's language; `keep` remembers a choice, `show` tells the document. */
export function createLanguageStore(
  initial: Language,
  keep: (language: Language) => void,
  show: (language: Language) => void,
  texts?: PageTexts,
): LanguageStore {
  return {
    translator: translatorFor(initial, texts),
    get is() {
      return this.translator.language;
    },
    use(language) {
      this.translator = translatorFor(language, texts);
      keep(language);
      show(language);
    },
    toggle() {
      this.use(this.is === 'en' ? 'zh' : 'en');
    },
  };
}
