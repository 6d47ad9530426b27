/**
 * Tips: what a control is, said beside it while the pointer rests on it. An element has its tip as `data-tip`; one
 * element of the window shows it, so that a control costs no more for having one.
 */

/** The pointer rests for so long first, ms. */
const restMs = 350;
const gap = 6;

/** Shows the tips of a document's elements, in its `#main`: outside every landmark it would be lost. */
export function showTips(document: Document): void {
  const tip = document.createElement('div');
  tip.className = 'tip';
  tip.role = 'tooltip';
  tip.popover = 'manual';
  /** What the pointer is over, or has been pressed on: that one has had its turn until the pointer leaves it. */
  let owner: HTMLElement | undefined;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const hide = (): void => {
    clearTimeout(waiting);
    tip.remove();
  };
  const show = (): void => {
    const text = owner?.dataset.tip;
    if (!owner?.isConnected || !text) return;
    tip.textContent = text;
    document.getElementById('main')?.append(tip);
    tip.showPopover();
    const { left, top } = placeOf(owner.getBoundingClientRect(), tip, owner.dataset.tipSide === 'right');
    tip.style.left = `${left}px`;
    tip.style.top = `${top}px`;
  };
  const turnTo = (target: EventTarget | null): void => {
    const found = target instanceof Element ? target.closest<HTMLElement>('[data-tip]') : null;
    if (found === (owner ?? null)) return;
    hide();
    owner = found ?? undefined;
    if (owner) waiting = setTimeout(show, restMs);
  };
  document.addEventListener('pointerover', ({ target, pointerType }) => {
    if (pointerType !== 'touch') turnTo(target);
  });
  document.documentElement.addEventListener('pointerleave', () => turnTo(null));
  document.addEventListener('focusin', ({ target }) => {
    if (target instanceof Element && target.matches('button:focus-visible, a:focus-visible')) turnTo(target);
  });
  document.addEventListener('focusout', ({ target }) => {
    if (target === owner) turnTo(null);
  });
  // Whoever acts has read it: it does not lie over what the act changes.
  for (const act of ['pointerdown', 'keydown', 'wheel'] as const) {
    document.addEventListener(act, hide, { capture: true, passive: true });
  }
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Below an element, above where there is no room, or at its right; always inside of the window. */
function placeOf(box: Box, tip: HTMLElement, beside: boolean): { left: number; top: number } {
  const { offsetWidth: width, offsetHeight: height } = tip;
  const inside = (at: number, size: number, of: number) => Math.max(gap, Math.min(at, of - size - gap));
  if (beside) {
    const top = (box.top + box.bottom - height) / 2;
    return { left: box.right + gap, top: inside(top, height, window.innerHeight) };
  }
  const below = box.bottom + gap + height <= window.innerHeight;
  return {
    left: inside((box.left + box.right - width) / 2, width, window.innerWidth),
    top: below ? box.bottom + gap : box.top - gap - height,
  };
}
