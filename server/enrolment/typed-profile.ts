import type { Profile } from '../accounts/profile.ts';

/** What a person typed, kept in their browser between the two halves of a registration. */
export interface TypedProfile {
  /** The page or interaction it was typed on. */
  interaction: string;
  profile: Profile;
}

/** What was typed on one page is not used on another. */
export function profileOf(typed: TypedProfile | undefined, interaction: string): Profile | undefined {
  return typed?.interaction === interaction ? typed.profile : undefined;
}
