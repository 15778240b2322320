// For mongosh, as an administrator of the replica set: one user for the providers and one for the passkey manager,
// each with its own database and nothing else. Run again it leaves the users that are there; with CHANGE=1 it gives
// them the roles and passwords of now.
//   mongosh 'mongodb://root@database/?replicaSet=rs0' --file deploy/make-database-users.js
// The passwords come from /run/secrets/{provider,passkeys}-database, or from another folder that SECRETS names.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const secrets = process.env.SECRETS ?? '/run/secrets';
// Each reads and writes its records and makes their indexes: no other database, no users, no administration.
// `latchkey restore --replace` drops a database first, which takes an administrator's address in LATCHKEY_STORAGE.
const users = [
  { name: 'provider', database: 'latchkey' },
  { name: 'passkeys', database: 'passkeys' },
];

for (const { name, database } of users) {
  const pwd = readFileSync(join(secrets, `${name}-database`), 'utf8').trim();
  if (pwd.length < 32) throw new Error(`the password of ${name} is shorter than 32 characters`);
  const where = db.getSiblingDB(database);
  const what = { pwd, roles: [{ role: 'readWrite', db: database }] };
  if (!where.getUser(name)) where.createUser({ user: name, ...what });
  else if (process.env.CHANGE) where.updateUser(name, what);
}
