/** What the region with this number is called: A, B, … Z, AA, AB, … */
export function labelOf(id: number): string {
  const last = String.fromCharCode(65 + ((id - 1) % 26));
  return id <= 26 ? last : labelOf(Math.floor((id - 1) / 26)) + last;
}
