import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { adminTexts } from '../admin/admin-texts.ts';
import { gateway as enGateway } from './en/gateway.ts';
import { en as enShared } from './en/index.ts';
import { languageFrom, translatorFor } from './translate.ts';
import { gateway as zhGateway } from './zh/gateway.ts';
import { zh as zhShared } from './zh/index.ts';

/** The shared texts and those of single pages. */
const en: Record<string, string> = { ...enShared, ...adminTexts.en, ...enGateway };
const zh: Record<string, string> = { ...zhShared, ...adminTexts.zh, ...zhGateway };

const webRoot = new URL('../../', import.meta.url);

function markup(): string[] {
  const files = ['src/', 'docs/'].flatMap((folder) =>
    readdirSync(new URL(folder, webRoot), { recursive: true, encoding: 'utf8' }).map(
      (file) => `${folder}${file}`,
    ),
  );
  return [...readdirSync(webRoot), ...files].filter((file) => file.endsWith('.html'));
}

const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((it) => it[1]).sort();

describe('the dictionaries', () => {
  it('hold the same keys with the same placeholders and no empty text', () => {
    expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
    for (const [key, text] of Object.entries(en)) {
      expect(placeholders(zh[key] ?? ''), key).toEqual(placeholders(text));
      expect(zh[key]?.trim(), key).not.toBe('');
    }
  });

  it.each(['en', 'zh'])('name every text of %s once among their files', async (language) => {
    const folder = new URL(`${language}/`, import.meta.url);
    const names = readdirSync(folder).filter((name) => name !== 'index.ts');
    const files: object[] = await Promise.all(names.map((name) => import(`${folder}${name}`)));
    const keys = files.flatMap((file) => Object.values(file).flatMap((it) => Object.keys(it)));
    expect(keys.sort()).toEqual(Object.keys(en).sort());
  });

  it('hold every key that the markup names', () => {
    const files = markup();
    expect(files.length).toBeGreaterThan(5);
    for (const file of files) {
      const html = readFileSync(new URL(file, webRoot), 'utf8');
      const keys = [...html.matchAll(/x-t(?::[\w-]+)?="([^"]+)"/g)].map((it) => it[1] ?? '');
      for (const key of keys) expect(Object.hasOwn(en, key), `${key} in ${file}`).toBe(true);
    }
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
  it('is what was kept, else what the browser asks for, else English', () => {
    expect(languageFrom('en', 'zh-CN')).toBe('en');
    expect(languageFrom(null, 'zh-TW')).toBe('zh');
    expect(languageFrom(null, 'de-DE')).toBe('en');
  });
});
