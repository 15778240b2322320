import type { LetterText } from '../../views/letters.ts';

/** A letter to one address. Whose account it is about is for the audit. */
export type Letter = LetterText & { to: string; accountId: string; locale?: string | undefined };

export interface Mailer {
  /**
   * Puts a letter where the server finds it, and waits for no mail server.
   * @param id one letter is sent of several with the same id that were posted before the first was sent
   */
  post(letter: Letter, id?: string): Promise<void>;
}
