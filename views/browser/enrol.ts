import { watchAbort } from './abort.ts';
import { makePasskey } from './creation.ts';
import { checkFields, readFields, showFieldProblem } from './fields.ts';
import { enableButtons, find, isBusy, readPageData } from './page.ts';
import { passkeysCanWork } from './surroundings.ts';

/** Setup, sign-up, invitation, recovery: who it is, then a passkey. */
const data = readPageData('enrol');
const { words, urls, rpId } = data;
const form = find<HTMLFormElement>('[data-form]');

enableButtons();
if (urls.abort) watchAbort({ words, url: urls.abort, area: find('[data-says]') });
if (passkeysCanWork(data)) {
  form.querySelector('input')?.focus();
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (isBusy(form) || !checkFields(form, words)) return;
    void makePasskey({
      form,
      words,
      rpId,
      optionsUrl: urls.options,
      body: readFields(form),
      finishUrl: urls.finish,
      showProblem: (error) => showFieldProblem(form, words, error),
    });
  });
}
