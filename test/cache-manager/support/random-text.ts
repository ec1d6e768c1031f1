/** Does not compress to much less. Reproducible: a linear congruential generator, its high bits as letters. */
export function randomText(length: number): string {
  let state = 7;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return String.fromCharCode(32 + (state >>> 24) * 3);
  }).join('');
}
