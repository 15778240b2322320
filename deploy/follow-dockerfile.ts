import { execFileSync, type StdioOptions } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { buildContext } from './build-context.ts';
import { lastStep, type Stage, type Step } from './dockerfile.ts';

const repository = join(import.meta.dirname, '..');
/** User `node` of the official image. */
const userId = 1000;
const longestStep = 120_000;
const asRoot = process.getuid?.() === 0;

/** The last stage, built: files below `root`, and how a container of it would be started. */
export interface Image {
  folder: string;
  root: string;
  workdir: string;
  env: Record<string, string>;
  command: string[];
  healthCheck: string[];
  /** For `spawn`: the user that the image names, where this process may choose one. */
  user: { uid?: number; gid?: number };
}

interface Built {
  root: string;
  workdir: string;
  env: Record<string, string>;
}

/** Does what `docker build` would, without Docker: the base image is this machine with the Node.js that runs this. */
export function followDockerfile(stages: readonly Stage[]): Image {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-image-'));
  chmodSync(folder, 0o755);
  const nodeFolder = join(folder, 'node');
  cpSync(process.execPath, join(nodeFolder, 'node'));
  const built = new Map<string, Built>();
  for (const stage of stages) built.set(stage.name, buildStage(stage, { folder, nodeFolder, built }));
  const last = stages.at(-1);
  const result = built.get(last?.name ?? '');
  if (!last || !result) throw new Error('the Dockerfile has no stage');
  const words = (instruction: string) => lastStep(last, instruction)?.words ?? [];
  makeReadOnly(result.root, last);
  return {
    folder,
    ...result,
    command: [...words('ENTRYPOINT'), ...words('CMD')],
    healthCheck: [...words('HEALTHCHECK')],
    user: asRoot ? { uid: userId, gid: userId } : {},
  };
}

function buildStage(
  stage: Stage,
  { folder, nodeFolder, built }: { folder: string; nodeFolder: string; built: Map<string, Built> },
): Built {
  const root = join(folder, stage.name);
  const path = (process.env.PATH ?? '').split(delimiter).filter((entry) => !entry.includes('node_modules'));
  const state: Built = {
    root,
    workdir: root,
    env: { PATH: [nodeFolder, ...path].join(delimiter), HOME: process.env.HOME ?? root },
  };
  for (const step of stage.steps) follow(step, state, built);
  return state;
}

function follow(step: Step, state: Built, built: Map<string, Built>): void {
  const [first = ''] = step.words;
  if (step.instruction === 'WORKDIR') {
    state.workdir = join(state.root, first);
    mkdirSync(state.workdir, { recursive: true });
  } else if (step.instruction === 'ENV') {
    const [name = '', value = ''] = step.text.split('=');
    state.env[name] = value.startsWith('/') ? join(state.root, value) : value;
  } else if (step.instruction === 'RUN') {
    // npm finds its registry, proxies and certificates in the environment, as a Docker daemon has its own.
    const env = { ...process.env, ...state.env };
    const stdio: StdioOptions = ['ignore', 'ignore', 'pipe'];
    execFileSync('sh', ['-c', step.text], { cwd: state.workdir, env, stdio, timeout: longestStep });
  } else if (step.instruction === 'COPY') copy(step, state, built);
}

function copy({ flags, words }: Step, state: Built, built: Map<string, Built>): void {
  const to = join(state.workdir, words.at(-1) ?? '');
  const into = words.at(-1)?.endsWith('/') === true;
  const other = flags.from === undefined ? undefined : built.get(flags.from);
  if (flags.from !== undefined && !other) throw new Error(`there is no stage ${flags.from}`);
  for (const source of words.slice(0, -1)) {
    const target = into ? join(to, basename(source)) : to;
    if (other)
      cpSync(join(source.startsWith('/') ? other.root : other.workdir, source), target, {
        recursive: true,
        verbatimSymlinks: true,
      });
    else copyFromContext(source, target);
    if (flags.chown !== undefined && asRoot) chownSync(target, userId, userId);
  }
}

function copyFromContext(source: string, target: string): void {
  const files = buildContext().filter((file) => file === source || file.startsWith(`${source}/`));
  if (files.length === 0) throw new Error(`${source} is not in the build context: see .dockerignore`);
  for (const file of files) {
    const to = target + file.slice(source.length);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(join(repository, file), to);
  }
}

/** As `--read-only` does: nothing but the volumes can be written to. */
function makeReadOnly(root: string, stage: Stage): void {
  execFileSync('chmod', ['-R', 'a-w,a+rX', root]);
  for (const volume of lastStep(stage, 'VOLUME')?.words ?? []) {
    const folder = join(root, volume);
    if (!statSync(folder).isDirectory()) throw new Error(`the volume ${volume} is no folder`);
    chmodSync(folder, 0o700);
  }
}
