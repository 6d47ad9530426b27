/** Gives the keys to the pages of a region; of one that is collapsed, to what opens it. */
export function focusGrid(region: number): void {
  const card = document.querySelector(`main [data-region="${region}"]`);
  const pages = card?.querySelector<HTMLElement>('[role="application"]');
  (pages ?? card?.querySelector('button'))?.focus({ preventScroll: true });
}
