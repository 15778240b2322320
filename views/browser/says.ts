/** The one place below a button where the page says what is happening; a polite live region. */

export interface Said {
  /** `calm` is no error: a dialog that was closed, a wait that was stopped. */
  kind: 'waiting' | 'problem' | 'calm' | 'done';
  text: string;
  button?: { label: string; press: () => void };
}

export function say(area: HTMLElement, { kind, text, button }: Said): void {
  const paragraph = document.createElement('p');
  paragraph.textContent = text;
  area.dataset.kind = kind;
  area.replaceChildren(paragraph);
  if (!button) return;
  const element = makeButton(button);
  area.append(element);
  element.focus({ preventScroll: true });
}

function makeButton({ label, press }: NonNullable<Said['button']>): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'button';
  button.textContent = label;
  button.addEventListener('click', press);
  return button;
}

/** Says that it waits, unless the work is done within 300 ms: what is quick does not flicker. */
export async function whileWaiting<T>(area: HTMLElement, said: Said, work: Promise<T>): Promise<T> {
  const timer = setTimeout(() => say(area, said), 300);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
