/** A passkey manager of its own under measurement; settings come from the environment, as ever. */
import { start } from '../server/passkeys/remote/main.ts';
import { answerQuestions, tell } from './report-cpu.ts';

answerQuestions();
await start();
tell({ ready: { origin: '' } });
