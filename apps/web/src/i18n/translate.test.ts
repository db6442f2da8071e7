import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseSync, Visitor } from 'vite';
import { describe, expect, it } from 'vitest';
import { pages } from '../../build/pages.ts';
import { expandPartials, readFrom } from '../../build/partials.ts';
import { adminTexts } from './admin-texts.ts';
import { analysisTexts } from './analysis-texts.ts';
import { gateway as enGateway } from './en/gateway.ts';
import { en as enShared } from './en/index.ts';
import { modelsTexts } from './models-texts.ts';
import { spendTexts } from './spend-texts.ts';
import { languageFrom, translatorFor } from './translate.ts';
import { gateway as zhGateway } from './zh/gateway.ts';
import { zh as zhShared } from './zh/index.ts';

const pageTexts = [
  adminTexts,
  analysisTexts,
  modelsTexts,
  spendTexts,
  { en: enGateway, zh: zhGateway },
];
/** The shared texts and those of single pages. */
const en: Record<string, string> = Object.assign({}, enShared, ...pageTexts.map((it) => it.en));
const zh: Record<string, string> = Object.assign({}, zhShared, ...pageTexts.map((it) => it.zh));

const webRoot = fileURLToPath(new URL('../../', import.meta.url));
const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((it) => it[1]).sort();

/** Strings in the pages' code and markup; `*` replaces the parts that are only known at run time. */
function stringsInUse(): Set<string> {
  const strings = new Set<string>();
  const files = readdirSync(`${webRoot}src`, { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((it) => /(?<!\.test)\.ts$/.test(it) && !/^i18n\W/.test(it))) {
    new Visitor({
      Literal({ value }) {
        if (typeof value === 'string') strings.add(value);
      },
      TemplateLiteral({ quasis }) {
        strings.add(quasis.map(({ value }) => value.cooked).join('*'));
      },
    }).visit(parseSync(file, readFileSync(`${webRoot}src/${file}`, 'utf8')).program);
  }
  for (const page of pages) {
    const html = expandPartials(readFileSync(webRoot + page, 'utf8'), readFrom(webRoot));
    for (const [, key = ''] of html.matchAll(/x-t(?::[\w-]+)?="([^"]+)"/g)) strings.add(key);
    for (const [, text = '', joined] of html.matchAll(/'([\w.-]+)'( \+)?/g)) {
      strings.add(joined ? `${text}*` : text);
    }
  }
  return strings;
}

describe('the dictionaries', () => {
  it('have the same keys with the same placeholders and no empty text', () => {
    // Chinese has one form for every count.
    const keys = Object.keys(en).filter((key) => !key.endsWith('.one'));
    expect(Object.keys(zh).sort()).toEqual(keys.sort());
    for (const [key, text] of Object.entries(zh)) {
      expect(placeholders(text), key).toEqual(placeholders(en[key] ?? ''));
      expect([text.trim(), en[key]?.trim()], key).not.toContain('');
    }
  });

  it.each([
    ['en', en],
    ['zh', zh],
  ])('name every text of %s once among their files', async (language, texts) => {
    const folder = new URL(`${language}/`, import.meta.url);
    const names = readdirSync(folder).filter((name) => name !== 'index.ts');
    const files: object[] = await Promise.all(names.map((name) => import(`${folder}${name}`)));
    const keys = files.flatMap((file) => Object.values(file).flatMap((it) => Object.keys(it)));
    expect(keys.sort()).toEqual(Object.keys(texts).sort());
  });

  it('have no unused texts', () => {
    const strings = stringsInUse();
    const patterns = [...strings]
      .filter((it) => /^[a-z][\w.]*\.\*/.test(it))
      .map((it) => it.replaceAll('.', '\\.').replaceAll('*', '[\\w-]+'))
      // The names of actions contain a dot.
      .map((it) => new RegExp(`^${it.replace('audit\\.action\\.', '$&\\w+\\.')}$`));
    const isUsed = (key: string) => strings.has(key) || patterns.some((it) => it.test(key));
    const unused = Object.keys(en).filter((key) => {
      return !isUsed(key) && !isUsed(key.replace(/\.(one|other)$/, ''));
    });
    expect(unused).toEqual([]);
  });
});

describe('a translator', () => {
  it('fills placeholders and leaves unknown ones visible', () => {
    const { t } = translatorFor('en');
    expect(t('card.passed', { success: 3, total: 4 })).toBe('3 of 4');
    expect(t('card.passed', { success: 3 })).toBe('3 of {total}');
  });

  it('chooses the form by the count', () => {
    expect(translatorFor('en').count('summary.trouble', 1)).toBe('1 channel needs attention');
    expect(translatorFor('en').count('summary.trouble', 2)).toBe('2 channels need attention');
    expect(translatorFor('zh').count('summary.trouble', 1)).toBe('1 个渠道需要关注');
  });
});

describe('the language', () => {
  it('is the remembered one, or the one that the browser prefers, or English', () => {
    expect(languageFrom('en', 'zh-CN')).toBe('en');
    expect(languageFrom(null, 'zh-TW')).toBe('zh');
    expect(languageFrom(null, 'de-DE')).toBe('en');
  });
});
