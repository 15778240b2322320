import type { OpenStorageOptions, Storage } from '../storage.ts';

/** What a command may touch of the world: everything comes in here, so that a test can look. */
export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
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
  /** Whether `err` is a terminal: progress is for people. */
  forPeople: boolean;
}
