export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export interface ThemeStore {
  choice: Theme;
  /** From system to light to dark and round again. */
  next(): void;
  /** The system turned light or dark. */
  systemChanged(): void;
}

interface ThemeStoreOptions {
  initial: Theme;
  isSystemDark(): boolean;
  keep(theme: Theme): void;
  show(theme: 'light' | 'dark'): void;
}

export function createThemeStore(options: ThemeStoreOptions): ThemeStore {
  const show = (choice: Theme) => {
    const isDark = choice === 'dark' || (choice === 'system' && options.isSystemDark());
    options.show(isDark ? 'dark' : 'light');
  };
  return {
    choice: options.initial,
    next() {
      this.choice = themes[(themes.indexOf(this.choice) + 1) % themes.length] ?? 'system';
      options.keep(this.choice);
      show(this.choice);
    },
    systemChanged() {
      show(this.choice);
    },
  };
}

export function themeFrom(kept: string | null): Theme {
  return themes.find((it) => it === kept) ?? 'system';
}
