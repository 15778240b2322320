/** What one thing costs among few people and among many, in milliseconds. */
export interface Growth {
  what: string;
  few: number;
  many: number;
  ratio: number;
}
