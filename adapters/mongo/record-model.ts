import { type Model, Schema, type SchemaDefinition, type SchemaDefinitionProperty } from 'mongoose';
import type { Link } from './link.ts';

/** A record as it is stored: `_id` instead of `id`, and `removeAt` where it expires. */
export type Stored = { _id: string; removeAt?: Date } & Record<string, unknown>;

/** How often what is kept in caches has changed. */
export interface Revision {
  _id: 'caches';
  value: number;
}

export interface RecordKind<T extends { id: string }> {
  name: string;
  /** Every field but `id`. Nothing is required here and nothing has a default: the record's type says what is there. */
  fields: Record<Exclude<keyof T, 'id'>, SchemaDefinitionProperty> & SchemaDefinition;
  /** Keys that are unique beside `id`: each a list of fields, the last of which names a conflict. */
  unique?: readonly (readonly string[])[];
  /** Reads see only what a majority has, so nothing that a change of the primary could take back. */
  readsMajority?: boolean;
  /** Other processes keep these records in caches: a change is announced in `revisions`. */
  isCached?: boolean;
  /** Where the stored form is not simply the record. */
  encode?(stored: Stored): Stored;
  decode?(stored: Stored): Stored;
}

/** Strict: a field that the schema does not know is refused rather than lost. */
export function createModel<T extends { id: string }>(
  { connection }: Link,
  { name, fields }: RecordKind<T>,
): Model<Stored> {
  const schema = new Schema(
    { ...fields, _id: String, removeAt: Date },
    { collection: name, id: false, minimize: false, strict: 'throw', versionKey: false },
  );
  return connection.model<Stored>(name, schema as unknown as Schema<Stored>);
}

/** A record within a record. */
export const embedded = (fields: SchemaDefinition) =>
  new Schema(fields, { _id: false, id: false, minimize: false, strict: 'throw' });

/** Absent optional fields stay absent on both ways, and nothing of the engine leaks into a record. */
export function createCodec<T extends { id: string }>({ encode, decode }: RecordKind<T>) {
  return {
    toStored(record: T): Stored {
      const stored: Stored = { _id: record.id };
      for (const [field, value] of Object.entries(record))
        if (field !== 'id' && value !== undefined) stored[field] = value;
      if (typeof stored.expiresAt === 'number') stored.removeAt = new Date(stored.expiresAt);
      return encode ? encode(stored) : stored;
    },
    toRecord(stored: Stored): T {
      const { _id, removeAt, ...rest } = decode ? decode(stored) : stored;
      return { id: _id, ...rest } as unknown as T;
    },
  };
}
