/** Which part of the desk which role may enter. Asked at every request; the page only hides what is shut. */
import type { StaffRole } from '../contracts/desk.ts';

export const AREAS = {
  cases: ['clerk', 'lead'],
  conversations: ['clerk', 'lead'],
  applications: ['clerk', 'lead'],
  /** Nothing in it is about a person: whoever answers or checks has to be able to look it up. */
  knowledge: ['clerk', 'curator', 'lead', 'auditor'],
  /** Taking an answer out of use, and putting it back. */
  curating: ['curator'],
  gaps: ['curator', 'lead'],
  figures: ['lead'],
  audit: ['auditor', 'lead'],
} as const satisfies { readonly [area: string]: readonly StaffRole[] };
export type Area = keyof typeof AREAS;

export function mayEnter(roles: readonly StaffRole[], area: Area): boolean {
  return roles.some((role) => (AREAS[area] as readonly StaffRole[]).includes(role));
}

/** Areas of somebody, in the order of the list. */
export function areasOf(roles: readonly StaffRole[]): readonly Area[] {
  return (Object.keys(AREAS) as Area[]).filter((area) => mayEnter(roles, area));
}
