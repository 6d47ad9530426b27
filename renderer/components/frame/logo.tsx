/** Four pages, each in another state. */
export function Logo() {
  return (
    <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
      <rect x="1" y="1" width="8" height="8" rx="2" fill="var(--page-resident)" />
      <rect
        x="11.75"
        y="1.75"
        width="6.5"
        height="6.5"
        rx="1.4"
        fill="none"
        stroke="var(--page-absent-line)"
        strokeWidth="1.5"
      />
      <path d="M1 13a2 2 0 0 1 2-2h3l3 3v3a2 2 0 0 1-2 2H3a2 2 0 0 1-2-2z" fill="var(--page-locked)" />
      <rect x="11" y="11" width="8" height="8" rx="2" fill="var(--page-resident)" />
    </svg>
  );
}
