import type { OpenStorageOptions, Storage } from '../storage.ts';
import type { RemoteSettings } from './remote/remote-settings.ts';

/** What a command may touch of the world: everything comes in here, so that a test can look. */
export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  /** What `env` has of another server. */
  remote: RemoteSettings;
  /** The server that is meant in place of this machine. */
  server: () => string | undefined;
  openStorage: (options: OpenStorageOptions) => Promise<Storage>;
  /** Brings back what `Storage.backup` wrote. @throws ConflictError where an installation would be replaced */
  restoreStorage: (restore: {
    url: string;
    file: string;
    replace: boolean;
    onProgress: (share: number) => void;
  }) => Promise<void>;
  out: (text: string) => void;
  err: (text: string) => void;
  now: () => number;
  /** Asks a question and gives the answer. Absent where nobody is there to answer. */
  ask?: (question: string) => Promise<string>;
  /** Asks for what nobody else shall read. Absent where nobody is there to answer. */
  askSecret?: (question: string) => Promise<string>;
  /** Whether `err` is a terminal: progress is for people. */
  forPeople: boolean;
}
