/** How much was changed: characters put in, taken out or exchanged (Levenshtein), spaces at the ends aside. */
export function editDistance(from: string, to: string): number {
  const a = [...from.trim()];
  const b = [...to.trim()];
  let row = b.map((_, index) => index + 1);
  let last = b.length;
  a.forEach((sign, line) => {
    let corner = line;
    let left = line + 1;
    row = row.map((above, column) => {
      left = Math.min(above + 1, left + 1, corner + Number(sign !== b[column]));
      corner = above;
      return left;
    });
    last = b.length === 0 ? line + 1 : left;
  });
  return a.length === 0 ? b.length : last;
}
