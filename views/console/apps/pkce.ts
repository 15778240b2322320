import type { Html } from '../../html.ts';
import type { MessageKey } from '../../words.ts';
import type { ConsoleContext } from '../frame.ts';
import { selectField } from '../parts/forms.ts';

export const pkceWords = {
  required: 'app.pkceRequired',
  optional: 'app.pkceOptional',
  off: 'app.pkceOff',
} as const satisfies Record<string, MessageKey>;

export type Pkce = keyof typeof pkceWords;

export function pkceField(
  { words }: ConsoleContext,
  { hint, value, problem }: { hint: MessageKey; value: string; problem: string | undefined },
): Html {
  return selectField({
    ...{ name: 'pkce', label: 'PKCE', hint: words(hint), value, problem },
    options: [
      { value: 'required', label: words('appForm.pkceRequired') },
      { value: 'optional', label: words('appForm.pkceOptional') },
      { value: 'off', label: words('appForm.pkceOff') },
    ],
  });
}
