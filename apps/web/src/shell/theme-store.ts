const themes = ['system', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

interface ThemeStoreOptions {
  initial: Theme;
  isSystemDark(): boolean;
  keep(theme: Theme): void;
  show(theme: 'light' | 'dark'): void;
}

export function createThemeStore(options: ThemeStoreOptions) {
  const show = (choice: Theme) => {
    const isDark = choice === 'dark' || (choice === 'system' && options.isSystemDark());
    options.show(isDark ? 'dark' : 'light');
  };
  return {
    choice: options.initial,
    /** From system to light to dark and back to system. */
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
