/** The one menu that every card shares: a popover that is put beside the button that opened it. */
export interface ChannelMenuStore {
  id: number;
  isEnabled: boolean;
  openFor(id: number, isEnabled: boolean, button: HTMLElement): void;
  close(): void;
}

const gapPx = 6;

/** `menu` must be a popover with `menuitem` buttons in it. */
export function createChannelMenuStore(menu: HTMLElement): ChannelMenuStore {
  return {
    id: 0,
    isEnabled: true,
    openFor(id, isEnabled, button) {
      this.id = id;
      this.isEnabled = isEnabled;
      menu.showPopover();
      place(menu, button.getBoundingClientRect());
      menu.querySelector<HTMLElement>('[role=menuitem]')?.focus();
    },
    close() {
      menu.hidePopover();
    },
  };
}

function place(menu: HTMLElement, anchor: DOMRect): void {
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = anchor.bottom + gapPx;
  const fits = below + height < innerHeight;
  menu.style.top = `${fits ? below : Math.max(gapPx, anchor.top - gapPx - height)}px`;
  menu.style.left = `${Math.max(gapPx, Math.min(anchor.right, innerWidth - gapPx) - width)}px`;
}

/** Arrow keys, Home and End walk through a menu's items, as a menu is expected to do. */
export function walkMenu(menu: HTMLElement, event: KeyboardEvent): void {
  const items = [...menu.querySelectorAll<HTMLElement>('[role=menuitem]')].filter(
    (it) => it.offsetParent !== null,
  );
  const focused = document.activeElement;
  const index = focused instanceof HTMLElement ? items.indexOf(focused) : -1;
  const last = items.length - 1;
  const nextByKey: Record<string, number> = {
    ArrowDown: index === last ? 0 : index + 1,
    ArrowUp: index <= 0 ? last : index - 1,
    Home: 0,
    End: last,
  };
  const next = nextByKey[event.key];
  if (next === undefined) return;
  event.preventDefault();
  items[next]?.focus();
}
