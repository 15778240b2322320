import { findAll } from './page.ts';

/** Fields that are only for some of the choices stand back while another one is chosen. */
export function watchWhatChanges(): void {
  for (const part of findAll('[data-only-for]')) {
    const [name = '', ...values] = (part.dataset.onlyFor ?? '').split(' ');
    const inputs = findAll<HTMLInputElement>(
      `input[name="${CSS.escape(name)}"]`,
      part.closest('form') ?? document,
    );
    const show = () => {
      const chosen = inputs.find(({ checked }) => checked)?.value ?? '';
      part.hidden = chosen !== '' && !values.includes(chosen);
      for (const input of findAll<HTMLInputElement>('input, textarea, select', part))
        input.disabled = part.hidden;
    };
    for (const input of inputs) input.addEventListener('change', show);
    show();
  }
}
