/** A whole Latchkey server under measurement; settings come from the environment, as ever. */
import { start } from '../server/main.ts';
import { countCalls } from './count-calls.ts';
import { answerQuestions, tell } from './report-cpu.ts';

answerQuestions(process.env.BENCH_COUNT_CALLS ? countCalls() : {});
await start();
tell({ ready: { origin: process.env.LATCHKEY_ISSUER ?? 'http://localhost:3000' } });
