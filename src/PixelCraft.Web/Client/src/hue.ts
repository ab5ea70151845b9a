/** The colour of somebody, of 360 degrees: the same for the same member, or the same guest's name, on every screen. */
export function hueOf(who: string): number {
  let hash = 0;
  for (const letter of who) hash = (hash * 31 + letter.codePointAt(0)!) | 0;
  // The golden angle sets neighbours apart.
  return (Math.abs(hash) * 137.508) % 360;
}

/** The letter in somebody's circle. */
export const initialOf = (name: string): string => [...name.trim()][0]?.toLocaleUpperCase() ?? "";
