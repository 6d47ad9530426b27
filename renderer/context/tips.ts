/**
 * Tips: what a control is, said beside it while the pointer rests on it. An element has its tip as `data-tip`; one
 * element of the window shows it, so that a control costs no more for having one.
 */

/** The pointer rests for so long first, ms. */
const restMs = 350;

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
    tip.dataset.side = owner.dataset.tipSide ?? 'below';
    // Its anchor, which it follows wherever that goes.
    tip.showPopover({ source: owner });
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
  // It has nothing to say of another view.
  document.defaultView?.addEventListener('hashchange', hide);
  // Whoever acts has read it: it does not lie over what the act changes.
  for (const act of ['pointerdown', 'keydown', 'wheel'] as const) {
    document.addEventListener(act, hide, { capture: true, passive: true });
  }
}
