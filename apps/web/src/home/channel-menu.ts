const gapPx = 6;

interface MenuChannel {
  id: number;
  enabled: boolean;
  managedBy: string | null;
}

/** The menu that all cards share. `menu` must be a popover with `menuitem` elements in it. */
export function createChannelMenu(menu: HTMLElement) {
  return {
    id: 0,
    isEnabled: true,
    /** By code: then nothing is changed here but the pause. */
    isManaged: false,
    /** Shows the menu beside the button that opened it. */
    openFor(channel: MenuChannel, button: Element): void {
      this.id = channel.id;
      this.isEnabled = channel.enabled;
      this.isManaged = channel.managedBy !== null;
      menu.showPopover();
      place(menu, button.getBoundingClientRect());
      itemsOf(menu)[0]?.focus();
    },
    close: () => menu.hidePopover(),
    /** Arrow keys, Home and End move through the items, as people expect of a menu. */
    moveFocus(event: KeyboardEvent): void {
      const items = itemsOf(menu);
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
    },
  };
}

function itemsOf(menu: HTMLElement): HTMLElement[] {
  const items = [...menu.querySelectorAll<HTMLElement>('[role=menuitem]')];
  return items.filter((it) => it.offsetParent !== null);
}

function place(menu: HTMLElement, anchor: DOMRect): void {
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = anchor.bottom + gapPx;
  const fits = below + height < innerHeight;
  menu.style.top = `${fits ? below : Math.max(gapPx, anchor.top - gapPx - height)}px`;
  menu.style.left = `${Math.max(gapPx, Math.min(anchor.right, innerWidth - gapPx) - width)}px`;
}
